import type { Failure, Instance } from '../../domain/instance.js';
import {
  isBindingSlow,
  planBinding,
  planRestartedBinding,
  planSlowBinding,
} from '../../domain/plan-instance.js';
import type { Outcome } from '../../lib/keyed-queue.js';
import { recheck } from '../reconciler.js';
import { announceToStarted } from './announce.js';
import { currentAddress } from './current-address.js';
import { assertEdgeLeads, tryThroughEdge } from './edge-proof.js';
import { failForOwner } from './fail-for-owner.js';
import { lookAgainMs } from './look-again.js';
import { moveOwner } from './move-owner.js';
import type { Outside } from './outside.js';
import { againAfterMs, becomeReady, prove } from './prove.js';
import { sight } from './sight.js';
import { tokenOf } from './token-of.js';

/** Between two looks at a gateway that is still starting, e.g. after its task was killed. */
const STARTING_AGAIN_MS = 400;

/** What a try is given besides the instance: how its deadlines see it, and when to end. */
export interface Try {
  readonly asTried: Instance;
  readonly signal: AbortSignal;
}

/** binding → ready: takes the next step of the saga, whoever took the one before. */
export async function bind(
  outside: Outside,
  instance: Instance,
  { asTried, signal }: Try,
): Promise<Outcome> {
  const now = outside.clock.now();
  if (isBindingSlow(instance, now) && (await moveFromDead(outside, instance, signal))) {
    return recheck(0);
  }
  const plan = planBinding(asTried, now);
  switch (plan.kind) {
    case 'write_secrets':
      outside.wakePool(instance.poolId);
      await outside.tokens.ensureToken(instance.id, instance.gatewayVersion, signal);
      return reached(outside, instance, 'secrets_written');
    case 'announce': {
      const address = await announceToStarted(outside, instance, signal);
      if (address !== null) return reached(outside, instance, 'announced');
      const isMoved = await moveFromRestarted(outside, instance, signal);
      return recheck(isMoved ? 0 : STARTING_AGAIN_MS);
    }
    case 'acknowledge':
      return acknowledge(outside, instance, { asTried, signal });
    case 'prove':
      return prove(outside, instance, 'bind', { asTried, signal });
    case 'fail':
      return fail(outside, instance, plan.failure, signal);
  }
}

/** Moves the owner to an idle member if the gateway is gone; waiting for a boot would take longer. */
async function moveFromDead(
  outside: Outside,
  instance: Instance,
  signal: AbortSignal,
): Promise<boolean> {
  const failure = planSlowBinding(await sight(outside, instance, signal));
  return failure !== null && moveOwner(outside, instance, failure, 'idle_only');
}

/** The same at once if the gateway that should take the claim is in the middle of a start. */
async function moveFromRestarted(
  outside: Outside,
  instance: Instance,
  signal: AbortSignal,
): Promise<boolean> {
  const failure = planRestartedBinding(instance, await sight(outside, instance, signal));
  return failure !== null && moveOwner(outside, instance, failure, 'idle_only');
}

async function reached(
  { store }: Outside,
  instance: Instance,
  bindingStep: NonNullable<Instance['bindingStep']>,
): Promise<Outcome> {
  await store.instances.note(instance, { bindingStep });
  return recheck(0);
}

/**
 * The gateway has taken the claim once it refuses the pool's token, which is the one it had
 * before. Asking with that token, not with the new one, costs one wrong login at the very end.
 */
async function acknowledge(
  outside: Outside,
  instance: Instance,
  { asTried, signal }: Try,
): Promise<Outcome> {
  const againMs = lookAgainMs(asTried.stateAt, outside.clock.now());
  const address = await currentAddress(outside, instance, signal);
  if (address === null) return recheck(againMs);
  const poolToken = await tokenOf(outside, instance, instance.gatewayVersion - 1, signal);
  const verdict = await outside.gateway.tryToken(address, poolToken, signal);
  if (verdict === 'refused') return reached(outside, instance, 'acknowledged');
  return recheck(verdict === 'locked_out' ? againAfterMs(verdict) : againMs);
}

/**
 * Gives the owner another instance; when there is none left to give, keeps the failed one for the
 * operator and tells its tenant why. One that lacks nothing but the proof is tried a last time: the
 * edge may be back, or away and to blame.
 */
async function fail(
  outside: Outside,
  instance: Instance,
  failure: Failure,
  signal: AbortSignal,
): Promise<Outcome> {
  if (instance.bindingStep === 'acknowledged') {
    const verdict = await tryThroughEdge(outside, instance, signal);
    if (verdict === 'accepted') return becomeReady(outside, instance, 'bind', signal);
    await assertEdgeLeads(outside, instance, signal);
  }
  if (await moveOwner(outside, instance, failure, 'anywhere')) return recheck(0);
  return failForOwner(outside, instance, failure);
}
