import { refusal } from '../http/outside-faults.js';
import type { InstanceId } from '../../domain/ids.js';
import type { KeyChanges, KeyVault } from '../../ports/index.js';
import { dataPath, destroyPath, metadataPath } from './kv-paths.js';
import { SecretMetadata, WrittenVersion, isNewestAlive } from './wire.js';
import type { VaultRequest, VaultSession } from './vault-session.js';
import { refused } from './vault-session.js';

/** Rounds of "look which version is the newest, write the next"; a lost one means others wrote. */
const ROUNDS_MAX = 12;

/**
 * A tenant's keys as one secret with versions, written without ever being read.
 *
 * Each write names the version that it follows (check-and-set), so two writers never lose each
 * other's changes. Vault merges a change into the newest version itself (PATCH), so other keys need
 * not be known here; where there is nothing to merge into, the secret is written whole.
 */
export class VaultKeyVault implements KeyVault {
  constructor(private readonly session: VaultSession) {}

  async changeKeys(
    instanceId: InstanceId,
    changes: KeyChanges,
    signal: AbortSignal,
  ): Promise<number> {
    for (let round = 0; round < ROUNDS_MAX; round += 1) {
      const version = await this.#writeNext(instanceId, changes, signal);
      if (version !== null) return version;
    }
    throw refusal('vault', 'The keys were changed by others again and again; try again.', {
      instanceId,
    });
  }

  async destroyBefore(instanceId: InstanceId, version: number, signal: AbortSignal): Promise<void> {
    const metadata = await this.#metadata(instanceId, signal);
    const doomed = Object.entries(metadata?.data.versions ?? {})
      .filter(([number, { destroyed }]) => Number(number) < version && !destroyed)
      .map(([number]) => Number(number));
    if (doomed.length === 0) return;
    const path = destroyPath(instanceId, 'keys');
    const request: VaultRequest = { method: 'POST', path, body: { versions: doomed }, signal };
    const reply = await this.session.exchange(request);
    if (reply.status > 299) throw refused(request, reply);
  }

  /** The version that the changes became; null when somebody else wrote it first. */
  async #writeNext(
    instanceId: InstanceId,
    changes: KeyChanges,
    signal: AbortSignal,
  ): Promise<number | null> {
    const metadata = await this.#metadata(instanceId, signal);
    const canMerge = metadata !== null && isNewestAlive(metadata);
    const values = Object.entries(changes).filter(([, value]) => canMerge || value !== null);
    const request: VaultRequest = {
      method: canMerge ? 'PATCH' : 'POST',
      path: dataPath(instanceId, 'keys'),
      body: {
        options: { cas: metadata?.data.current_version ?? 0 },
        data: Object.fromEntries(values),
      },
      signal,
    };
    const reply = await this.session.exchange(request);
    // 400 is how Vault says that the condition does not hold, 404 that the version went meanwhile.
    if (reply.status === 400 || reply.status === 404) return null;
    return this.session.parse(request, reply, WrittenVersion).data.version;
  }

  #metadata(instanceId: InstanceId, signal: AbortSignal) {
    const path = metadataPath(instanceId, 'keys');
    return this.session.find({ method: 'GET', path, signal }, SecretMetadata);
  }
}
