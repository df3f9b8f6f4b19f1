import type { Instance } from '../../domain/instance.js';
import { planLaunch } from '../../domain/plan-instance.js';
import { poolIdOf } from '../../domain/pool.js';
import { Fault } from '../../errors/index.js';
import type { Outcome } from '../../lib/keyed-queue.js';
import { recheck } from '../reconciler.js';
import { announce } from './announce.js';
import type { Try } from './bind.js';
import { giveUpMember } from './give-up-member.js';
import type { Outside } from './outside.js';

/** Between two looks at whether the start was granted; a grant wakes it anyway. */
const UNGRANTED_AGAIN_MS = 2_000;

/**
 * creating → warming, once its start is granted: token into Vault, then the announcement, then the job; the job's templates
 * block until the first two are there. Every call may be repeated after a crash anywhere.
 */
export async function launch(
  outside: Outside,
  instance: Instance,
  { asTried, signal }: Try,
): Promise<Outcome> {
  const { store, tokens, scheduler, clock, log } = outside;
  const plan = planLaunch(asTried, clock.now());
  if (plan.kind === 'fail') return giveUpMember(outside, instance, plan.failure);
  if (plan.kind === 'wait') {
    outside.wakePool(instance.poolId);
    return recheck(UNGRANTED_AGAIN_MS);
  }
  const pool = await store.pools.find(instance.poolId);
  if (pool === null || poolIdOf(pool) !== instance.poolId) {
    throw new Fault('row_malformed', 'Something is wrong on our side.', {
      details: { instanceId: instance.id, poolId: instance.poolId },
    });
  }
  await tokens.ensureToken(instance.id, instance.gatewayVersion, signal);
  await announce(outside, instance, signal);
  await scheduler.startInstance({ instanceId: instance.id, pool }, signal);
  await store.instances.move(instance, { verb: 'launch', at: clock.now() });
  log.info('instance launched', { instanceId: instance.id });
  return recheck(0);
}
