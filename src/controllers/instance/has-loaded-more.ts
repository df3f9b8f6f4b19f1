import type { Instance } from '../../domain/instance.js';
import type { Outside } from './outside.js';

/** Whether the gateway has come on while nobody looked, be it that no controller was there. */
export async function hasLoadedMore(
  { gateway }: Outside,
  { revisionApplied }: Instance,
  address: string | null,
  signal: AbortSignal,
): Promise<boolean> {
  const loaded = address === null ? null : await gateway.appliedRevision(address, signal);
  return loaded !== null && loaded > revisionApplied;
}
