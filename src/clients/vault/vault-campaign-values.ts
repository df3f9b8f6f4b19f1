import { z } from 'zod';
import type { KeyCampaignId } from '../../domain/ids.js';
import { isKeyCampaignId } from '../../domain/ids.js';
import type { CampaignValues } from '../../ports/index.js';
import { CampaignValue, KeyList, WrittenVersion } from './wire.js';
import type { VaultSession } from './vault-session.js';

/**
 * The values of key campaigns, a secret each. The API's policy lets it create them and no more, the
 * worker's lets it read and destroy them; nobody else may do either.
 */
export class VaultCampaignValues implements CampaignValues {
  constructor(private readonly session: VaultSession) {}

  async write(id: KeyCampaignId, value: string, signal: AbortSignal): Promise<void> {
    const body = { options: { cas: 0 }, data: { value } };
    const request = { method: 'POST', path: `kv/data/campaigns/${id}`, body, signal } as const;
    const reply = await this.session.exchange(request);
    this.session.parse(request, reply, WrittenVersion);
  }

  async read(id: KeyCampaignId, signal: AbortSignal): Promise<string | null> {
    const path = `kv/data/campaigns/${id}`;
    const stored = await this.session.find({ method: 'GET', path, signal }, CampaignValue);
    return stored?.data.data.value ?? null;
  }

  async destroy(id: KeyCampaignId, signal: AbortSignal): Promise<void> {
    const path = `kv/metadata/campaigns/${id}`;
    await this.session.find({ method: 'DELETE', path, signal }, z.unknown());
  }

  async list(signal: AbortSignal): Promise<readonly KeyCampaignId[]> {
    const path = 'kv/metadata/campaigns?list=true';
    const listed = await this.session.find({ method: 'GET', path, signal }, KeyList);
    return (listed?.data.keys ?? []).filter(isKeyCampaignId);
  }
}
