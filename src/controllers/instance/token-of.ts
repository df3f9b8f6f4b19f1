import type { Instance } from '../../domain/instance.js';
import { Fault } from '../../errors/index.js';
import type { Outside } from './outside.js';

/** The gateway token of that version; its absence is trouble in Vault, for rows name only written ones. */
export async function tokenOf(
  { tokens }: Outside,
  instance: Instance,
  version: number,
  signal: AbortSignal,
): Promise<string> {
  const token = await tokens.readToken(instance.id, version, signal);
  if (token !== null) return token;
  throw new Fault('vault_refused', 'A gateway token is missing in Vault.', {
    details: { instanceId: instance.id, version },
  });
}
