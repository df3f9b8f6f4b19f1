import type { Instance } from '../../domain/instance.js';
import { START_LIMIT_MS, planWarming } from '../../domain/plan-instance.js';
import { Fault } from '../../errors/index.js';
import type { Outcome } from '../../lib/keyed-queue.js';
import { SETTLED, recheck } from '../reconciler.js';
import { giveUpMember } from './give-up-member.js';
import type { Outside } from './outside.js';
import { sight } from './sight.js';
import { tokenOf } from './token-of.js';

const LOOK_AGAIN_MS = 400;
/** Between two looks at a member that finds no place. */
const BLOCKED_AGAIN_MS = 10_000;

interface Started {
  readonly address: string;
  readonly allocationId: string | null;
}

/**
 * warming → idle: waits for the start-up, runs the throw-away turn, admits to the stock. A member
 * that somebody waits for skips the turn, which would make them wait longer, and is bound.
 */
export async function warm(
  outside: Outside,
  instance: Instance,
  signal: AbortSignal,
): Promise<Outcome> {
  const { store, clock } = outside;
  const seen = await sight(outside, instance, signal);
  const noted = await notePlace(outside, instance, seen.blockedBy);
  if (noted === null) return recheck(0);
  const pool = await store.pools.find(noted.poolId);
  const plan = planWarming(noted, seen, {
    now: clock.now(),
    deadlineMs: pool?.memberDeadlineMs ?? START_LIMIT_MS,
  });
  switch (plan.kind) {
    case 'wait':
      return recheck(LOOK_AGAIN_MS);
    case 'blocked':
      return recheck(BLOCKED_AGAIN_MS);
    case 'fail':
      return giveUpMember(outside, noted, plan.failure);
    case 'warm_up':
      return admit(outside, noted, { ...seen, address: plan.address }, signal);
  }
}

/** Keeps in the row whether the member finds a place, for its pool tells why it is short. */
async function notePlace(
  { store, log, wakePool }: Outside,
  instance: Instance,
  blockedBy: string | null,
): Promise<Instance | null> {
  if (blockedBy === instance.blockedBy) return instance;
  if (blockedBy !== null) {
    log.warn('no place for a pool member', { instanceId: instance.id, why: blockedBy });
  }
  const noted = await store.instances.note(instance, { blockedBy });
  wakePool(instance.poolId);
  return noted;
}

async function admit(
  outside: Outside,
  instance: Instance,
  seen: Started,
  signal: AbortSignal,
): Promise<Outcome> {
  const { scheduler, gateway, clock, log, onPhase } = outside;
  if (instance.tenantId === null) {
    // Its owner's token, which nothing uses before a claim; written now, no claim waits for it.
    await outside.tokens.ensureToken(instance.id, instance.gatewayVersion + 1, signal);
    const token = await tokenOf(outside, instance, instance.gatewayVersion, signal);
    try {
      await gateway.warmUp(seen.address, token, signal);
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'gateway_refused') throw error;
      const sentence = `Its warm-up turn failed: ${error.message}`;
      return giveUpMember(outside, instance, { code: 'warmup_failed', sentence });
    }
  }
  const allocations = await scheduler.listAllocations(instance.id, signal);
  const nodeId = allocations.find(({ id }) => id === seen.allocationId)?.nodeId ?? null;
  const at = clock.now();
  const admitted = await recordAdmission(outside, instance, { ...seen, nodeId }, at);
  if (admitted === null) return recheck(0);
  onPhase('boot', (at.getTime() - instance.stateAt.getTime()) / 1000);
  log.info('pool member admitted', { instanceId: instance.id, allocationId: seen.allocationId });
  return admitted.state === 'idle' ? SETTLED : recheck(0);
}

/** Puts the member into the stock, or into the hands of whoever got it while it started. */
function recordAdmission(
  { store }: Outside,
  instance: Instance,
  seen: Started & { readonly nodeId: string | null },
  at: Date,
): Promise<Instance | null> {
  return store.transaction(async (tx) => {
    await tx.pools.findForUpdate(instance.poolId);
    const now = await tx.instances.findForUpdate(instance.id);
    if (now?.state !== 'warming') return null;
    await tx.pools.recordStart(instance.poolId, 'admitted', at);
    const { address, allocationId, nodeId } = seen;
    // Keys that were set while it started are in no announcement yet, so they are not live.
    const revisionApplied = instance.tenantId === null ? instance.revision : 0;
    const notes = { address, allocationId, nodeId, revisionApplied };
    const verb = now.tenantId === null ? 'admit' : 'bind';
    return tx.instances.move(now, { verb, at }, notes);
  });
}
