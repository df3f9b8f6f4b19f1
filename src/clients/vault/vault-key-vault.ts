import { Fault } from '../../errors/index.js';
import type { InstanceId } from '../../domain/ids.js';
import { Scope } from '../../lib/scope.js';
import { deadline } from '../../lib/timers.js';
import type { KeyChanges, KeyVault } from '../../ports/index.js';
import { dataPath, destroyPath, metadataPath } from './kv-paths.js';
import { SecretMetadata, WrittenVersion, newestOf } from './wire.js';
import type { Newest } from './wire.js';
import type { VaultRequest, VaultSession } from './vault-session.js';
import { refused } from './vault-session.js';

/** Rounds of "look which version is the newest, write the next"; a lost one means others wrote. */
const ROUNDS_MAX = 12;
/** All rounds together; below the time that a rotation gives to whoever writes its values. */
const WRITE_LIMIT_MS = 30_000;

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
    const version = await this.#writeNext(instanceId, changes, ['alive', 'none'], signal);
    if (version !== null) return version;
    throw new Fault(
      'keys_lost',
      'The keys of this instance were destroyed in Vault by somebody else; set them all anew.',
      { details: { instanceId } },
    );
  }

  startOver(
    instanceId: InstanceId,
    values: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<number | null> {
    return this.#writeNext(instanceId, values, ['dead', 'none'], signal);
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

  /** The version that the changes became; null where the newest one is in none of the `states`. */
  async #writeNext(
    instanceId: InstanceId,
    changes: KeyChanges,
    states: readonly Newest['state'][],
    signal: AbortSignal,
  ): Promise<number | null> {
    const writing = new Scope(signal);
    const limit = deadline(WRITE_LIMIT_MS, writing.signal);
    try {
      let lostAt: number | null = null;
      for (let round = 0; round < ROUNDS_MAX; round += 1) {
        const newest = newestOf(await this.#metadata(instanceId, limit));
        if (!states.includes(newest.state)) return null;
        const request = { ...writeOn(instanceId, newest, changes), signal: limit };
        const reply = await this.session.exchange(request);
        // 400 is how Vault says that the condition does not hold, 404 that the version went meanwhile;
        // it says 400 of other things as well, and those are the same when nobody else has written.
        if (reply.status !== 400 && reply.status !== 404) {
          return this.session.parse(request, reply, WrittenVersion).data.version;
        }
        if (lostAt === newest.version) throw refused(request, reply);
        lostAt = newest.version;
      }
    } finally {
      writing.end();
    }
    throw new Fault(
      'write_superseded',
      'The keys were changed by others again and again; try again.',
      { details: { instanceId } },
    );
  }

  #metadata(instanceId: InstanceId, signal: AbortSignal) {
    const path = metadataPath(instanceId, 'keys');
    return this.session.find({ method: 'GET', path, signal }, SecretMetadata);
  }
}

/** The write that follows the newest version; without one to merge into there is nothing to remove. */
function writeOn(
  instanceId: InstanceId,
  { version, state }: Newest,
  changes: KeyChanges,
): Pick<VaultRequest, 'method' | 'path' | 'body'> {
  const canMerge = state === 'alive';
  const values = Object.entries(changes).filter(([, value]) => canMerge || value !== null);
  return {
    method: canMerge ? 'PATCH' : 'POST',
    path: dataPath(instanceId, 'keys'),
    body: { options: { cas: version }, data: Object.fromEntries(values) },
  };
}
