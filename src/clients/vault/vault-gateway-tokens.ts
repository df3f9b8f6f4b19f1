import type { InstanceId } from '../../domain/ids.js';
import { randomToken } from '../../lib/random.js';
import type { GatewayTokens } from '../../ports/index.js';
import { dataPath, metadataPath } from './kv-paths.js';
import { SecretMetadata, StoredToken } from './wire.js';
import type { VaultRequest, VaultSession } from './vault-session.js';
import { refused } from './vault-session.js';

/** Gateway tokens as versions of one secret per instance: version n of the token is version n there. */
export class VaultGatewayTokens implements GatewayTokens {
  constructor(private readonly session: VaultSession) {}

  /**
   * Writes a fresh token on the condition that its version comes next. Losing that race means that
   * somebody else wrote it, which is just as good.
   */
  async ensureToken(instanceId: InstanceId, version: number, signal: AbortSignal): Promise<void> {
    const request: VaultRequest = {
      method: 'POST',
      path: dataPath(instanceId, 'gateway'),
      body: { options: { cas: version - 1 }, data: { token: randomToken() } },
      signal,
    };
    const reply = await this.session.exchange(request);
    if (reply.status < 300) return;
    const isThere = reply.status === 400 && (await this.#newest(instanceId, signal)) >= version;
    if (!isThere) throw refused(request, reply);
  }

  async readToken(
    instanceId: InstanceId,
    version: number,
    signal: AbortSignal,
  ): Promise<string | null> {
    const path = `${dataPath(instanceId, 'gateway')}?version=${String(version)}`;
    const stored = await this.session.find({ method: 'GET', path, signal }, StoredToken);
    return stored?.data.data.token ?? null;
  }

  async #newest(instanceId: InstanceId, signal: AbortSignal): Promise<number> {
    const path = metadataPath(instanceId, 'gateway');
    const metadata = await this.session.find({ method: 'GET', path, signal }, SecretMetadata);
    return metadata?.data.current_version ?? 0;
  }
}
