import { z } from 'zod';
import type { WebhookId } from '../../domain/ids.js';
import { Fault } from '../../errors/index.js';
import type { WebhookSecrets } from '../../ports/index.js';
import { SecretMetadata, StoredSecret, WrittenVersion } from './wire.js';
import type { VaultRequest, VaultSession } from './vault-session.js';

/**
 * What signs webhooks, a secret each. The API's policy lets it write them and see how many versions
 * there are; the worker's lets it read and destroy them; nobody else may do anything.
 */
export class VaultWebhookSecrets implements WebhookSecrets {
  constructor(private readonly session: VaultSession) {}

  /** Writes on the condition that nobody else does; `write_superseded` when somebody did. */
  async write(id: WebhookId, secret: string, signal: AbortSignal): Promise<number> {
    const path = metadataPath(id);
    const metadata = await this.session.find({ method: 'GET', path, signal }, SecretMetadata);
    const cas = metadata?.data.current_version ?? 0;
    const request: VaultRequest = {
      method: 'POST',
      path: dataPath(id),
      body: { options: { cas }, data: { secret } },
      signal,
    };
    const reply = await this.session.exchange(request);
    if (reply.status === 400) {
      throw new Fault('write_superseded', 'Another change was made at once; look, and try again.');
    }
    return this.session.parse(request, reply, WrittenVersion).data.version;
  }

  async read(id: WebhookId, version: number, signal: AbortSignal): Promise<string | null> {
    const path = `${dataPath(id)}?version=${String(version)}`;
    const stored = await this.session.find({ method: 'GET', path, signal }, StoredSecret);
    return stored?.data.data.secret ?? null;
  }

  async destroy(id: WebhookId, signal: AbortSignal): Promise<void> {
    await this.session.find({ method: 'DELETE', path: metadataPath(id), signal }, z.unknown());
  }
}

function dataPath(id: WebhookId): string {
  return `kv/data/webhooks/${id}`;
}

function metadataPath(id: WebhookId): string {
  return `kv/metadata/webhooks/${id}`;
}
