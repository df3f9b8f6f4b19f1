import type { InstanceId } from '../../domain/ids.js';
import type { KeyChanges, KeyVault } from '../../ports/index.js';
import { refusal } from '../http/outside-faults.js';
import { dataPath, metadataPath } from './kv-paths.js';
import { SecretMetadata, WrittenVersion, isNewestAlive } from './wire.js';
import type { VaultRequest, VaultSession } from './vault-session.js';
import { refused } from './vault-session.js';

/** Rounds of "change what is there, else create it"; a lost one means that somebody else wrote. */
const ROUNDS_MAX = 4;

/**
 * A tenant's keys as one secret with versions, written without ever being read.
 *
 * Vault merges a change into the newest version itself (PATCH), so other keys need not be known
 * here. Where there is nothing to merge into, the secret is created on the condition that it still
 * does not exist; who loses that race merges into what the winner wrote.
 */
export class VaultKeyVault implements KeyVault {
  constructor(private readonly session: VaultSession) {}

  async changeKeys(
    instanceId: InstanceId,
    changes: KeyChanges,
    signal: AbortSignal,
  ): Promise<number> {
    for (let round = 0; round < ROUNDS_MAX; round += 1) {
      const version =
        (await this.#merge(instanceId, changes, signal)) ??
        (await this.#create(instanceId, changes, signal));
      if (version !== null) return version;
    }
    throw refusal('vault', 'The keys were changed by others again and again; try again.', {
      instanceId,
    });
  }

  /** Merges the changes into the newest version; null when there is none that lives. */
  async #merge(
    instanceId: InstanceId,
    changes: KeyChanges,
    signal: AbortSignal,
  ): Promise<number | null> {
    const path = dataPath(instanceId, 'keys');
    const request: VaultRequest = { method: 'PATCH', path, body: { data: changes }, signal };
    const written = await this.session.find(request, WrittenVersion);
    return written?.data.version ?? null;
  }

  /** Writes a first version, or the first one after all were destroyed; null when others did. */
  async #create(
    instanceId: InstanceId,
    changes: KeyChanges,
    signal: AbortSignal,
  ): Promise<number | null> {
    const metadata = await this.session.find(
      { method: 'GET', path: metadataPath(instanceId, 'keys'), signal },
      SecretMetadata,
    );
    // It lives: somebody wrote it since we looked, and a write over it would lose their keys.
    if (metadata !== null && isNewestAlive(metadata)) return null;
    const values = Object.entries(changes).filter(([, value]) => value !== null);
    const request: VaultRequest = {
      method: 'POST',
      path: dataPath(instanceId, 'keys'),
      body: {
        options: { cas: metadata?.data.current_version ?? 0 },
        data: Object.fromEntries(values),
      },
      signal,
    };
    const reply = await this.session.exchange(request);
    // 400 is how Vault says that the condition does not hold; it says so of nothing else we send.
    if (reply.status === 400) return null;
    if (reply.status > 299) throw refused(request, reply);
    return this.session.parse(request, reply, WrittenVersion).data.version;
  }
}
