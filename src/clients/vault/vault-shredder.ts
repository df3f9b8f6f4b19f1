import { z } from 'zod';
import type { InstanceId } from '../../domain/ids.js';
import { isInstanceId } from '../../domain/ids.js';
import { monotonicMs } from '../../lib/clock.js';
import type { Log, SecretShredder } from '../../ports/index.js';
import { INSTANCES_PATH, metadataPath } from './kv-paths.js';
import { Entity, KeyList, Mounts } from './wire.js';
import type { VaultRequest, VaultSession } from './vault-session.js';

/** The auth mount by which tasks of instances log in; each leaves an identity behind. */
const TASK_LOGIN = 'jwt-nomad/';
/** After a refusal; policies change rarely, and each attempt costs a call that is refused. */
const FORBIDDEN_AGAIN_MS = 10 * 60_000;

/**
 * Removes an instance's secrets with every version, and the identity that its task got by logging
 * in: one is left per instance that ever was, and its removal also ends tokens given to it.
 *
 * Removing identities needs rights that a policy may withhold (read `sys/auth`, update
 * `identity/lookup/entity`, delete `identity/entity/id/+`); then they stay, which costs room in
 * Vault and nothing else, for an instance's id is never used again. It is said, and tried again later.
 */
export class VaultShredder implements SecretShredder {
  #forbiddenAtMs: number | null = null;
  #accessor: string | null = null;

  constructor(
    private readonly session: VaultSession,
    private readonly log: Log,
    private readonly nowMs: () => number = monotonicMs,
  ) {}

  async shred(instanceId: InstanceId, signal: AbortSignal): Promise<void> {
    for (const secret of ['gateway', 'keys'] as const) {
      const path = metadataPath(instanceId, secret);
      await this.session.find({ method: 'DELETE', path, signal }, z.unknown());
    }
    if (this.#mayForget()) await this.#forgetIdentity(instanceId, signal);
  }

  /** One answer, for Vault knows no pages: 8 MiB, or some 350,000 instances, is the transport's limit. */
  async listInstanceIds(signal: AbortSignal): Promise<readonly InstanceId[]> {
    const path = `${INSTANCES_PATH}?list=true`;
    const listed = await this.session.find({ method: 'GET', path, signal }, KeyList);
    const folders = listed?.data.keys ?? [];
    return folders.map((folder) => folder.replace(/\/$/, '')).filter(isInstanceId);
  }

  async #forgetIdentity(instanceId: InstanceId, signal: AbortSignal): Promise<void> {
    const accessor = await this.#accessorOfLogin(signal);
    if (accessor === null) return;
    const body = { alias_name: instanceId, alias_mount_accessor: accessor };
    const lookup = { method: 'POST', path: 'identity/lookup/entity', body, signal } as const;
    const entity = await this.#allowed(lookup, Entity);
    if (entity === null || entity === '') return;
    const path = `identity/entity/id/${entity.data.id}`;
    await this.#allowed({ method: 'DELETE', path, signal }, z.unknown());
  }

  async #accessorOfLogin(signal: AbortSignal): Promise<string | null> {
    if (this.#accessor !== null) return this.#accessor;
    const mounts = await this.#allowed({ method: 'GET', path: 'sys/auth', signal }, Mounts);
    this.#accessor = mounts?.data[TASK_LOGIN]?.accessor ?? null;
    return this.#accessor;
  }

  #mayForget(): boolean {
    const sinceMs = this.#forbiddenAtMs;
    return sinceMs === null || this.nowMs() - sinceMs >= FORBIDDEN_AGAIN_MS;
  }

  /** The answer's body; null, and no further attempt for a while, when the policy forbids it. */
  async #allowed<Body>(request: VaultRequest, schema: z.ZodType<Body>): Promise<Body | null> {
    const reply = await this.session.exchange(request);
    if (reply.status === 403) {
      this.#forbiddenAtMs = this.nowMs();
      const { method, path } = request;
      this.log.warn('Vault forbids to remove identities; they stay', { method, path });
      return null;
    }
    return this.session.parse(request, reply, schema);
  }
}
