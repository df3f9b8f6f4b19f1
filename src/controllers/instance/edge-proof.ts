import type { Instance } from '../../domain/instance.js';
import { BINDING_LIMIT_MS } from '../../domain/plan-instance.js';
import { Fault } from '../../errors/index.js';
import type { TokenVerdict } from '../../ports/index.js';
import type { Outside } from './outside.js';
import { tokenOf } from './token-of.js';

/** How the owner's token is met by the instance's own name, as the owner would send it. */
export async function tryThroughEdge(
  outside: Outside,
  instance: Instance,
  signal: AbortSignal,
): Promise<TokenVerdict> {
  const { edge, edgeAnswered, clock } = outside;
  const token = await tokenOf(outside, instance, instance.gatewayVersion, signal);
  const verdict = await edge.tryToken(instance.id, token, signal);
  if (verdict !== 'unreachable') edgeAnswered.at = clock.now();
  return verdict;
}

/** Who was led to a gateway more lately than this shows that the edge is there. */
const LED_LATELY_MS = BINDING_LIMIT_MS / 2;

/**
 * A proof that fails for everybody is the fault of the edge, and another member would fare no better.
 * Throws `edge_unreachable` if the gateway itself takes its owner's token while the edge has led to
 * no gateway for a good while.
 */
export async function assertEdgeLeads(
  outside: Outside,
  instance: Instance,
  signal: AbortSignal,
): Promise<void> {
  const { gateway, edgeAnswered, clock } = outside;
  const { address, gatewayVersion } = instance;
  const silentMs = clock.now().getTime() - (edgeAnswered.at?.getTime() ?? -Infinity);
  if (address === null || silentMs < LED_LATELY_MS) return;
  const token = await tokenOf(outside, instance, gatewayVersion, signal);
  if ((await gateway.tryToken(address, token, signal)) !== 'accepted') return;
  throw new Fault('edge_unreachable', 'The edge leads to no gateway, and this one answers.');
}
