import type { Instance } from '../../domain/instance.js';
import { planWarming } from '../../domain/plan-instance.js';
import { Fault } from '../../errors/index.js';
import type { Outcome } from '../../lib/keyed-queue.js';
import { SETTLED, recheck } from '../reconciler.js';
import { giveUpMember } from './give-up-member.js';
import type { Outside } from './outside.js';
import { sight } from './sight.js';
import { tokenOf } from './token-of.js';

const LOOK_AGAIN_MS = 400;

/** warming → idle: waits for the start-up, runs the throw-away turn, admits to the stock. */
export async function warm(
  outside: Outside,
  instance: Instance,
  signal: AbortSignal,
): Promise<Outcome> {
  const seen = await sight(outside, instance, signal);
  const plan = planWarming(instance, seen, outside.clock.now());
  switch (plan.kind) {
    case 'wait':
      return recheck(LOOK_AGAIN_MS);
    case 'fail':
      return giveUpMember(outside, instance, plan.failure);
    case 'warm_up':
      return admit(outside, instance, { ...seen, address: plan.address }, signal);
  }
}

async function admit(
  outside: Outside,
  instance: Instance,
  seen: { readonly address: string; readonly allocationId: string | null },
  signal: AbortSignal,
): Promise<Outcome> {
  const { store, scheduler, gateway, clock, log, onPhase } = outside;
  const token = await tokenOf(outside, instance, instance.gatewayVersion, signal);
  try {
    await gateway.warmUp(seen.address, token, signal);
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'gateway_refused') throw error;
    const sentence = `Its warm-up turn failed: ${error.message}`;
    return giveUpMember(outside, instance, { code: 'warmup_failed', sentence });
  }
  const allocations = await scheduler.listAllocations(instance.id, signal);
  const nodeId = allocations.find(({ id }) => id === seen.allocationId)?.nodeId ?? null;
  const at = clock.now();
  await store.transaction(async (tx) => {
    const { address, allocationId } = seen;
    const notes = { address, allocationId, nodeId, revisionApplied: instance.revision };
    const admitted = await tx.instances.move(instance, { verb: 'admit', at }, notes);
    if (admitted !== null) await tx.pools.recordStart(instance.poolId, 'admitted', at);
  });
  onPhase('boot', (at.getTime() - instance.stateAt.getTime()) / 1000);
  log.info('pool member admitted', { instanceId: instance.id, allocationId: seen.allocationId });
  return SETTLED;
}
