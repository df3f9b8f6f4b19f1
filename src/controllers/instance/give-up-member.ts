import type { Failure, Instance } from '../../domain/instance.js';
import type { Outcome } from '../../lib/keyed-queue.js';
import { recheck } from '../reconciler.js';
import type { Outside } from './outside.js';

/**
 * Takes a member out of the stock for good; what it leaves behind is torn down next. One that never
 * became idle counts as a failed start.
 */
export async function giveUpMember(
  { store, clock, log }: Outside,
  instance: Instance,
  failure: Failure,
): Promise<Outcome> {
  const at = clock.now();
  await store.transaction(async (tx) => {
    const moved = await tx.instances.move(instance, { verb: 'fail', at, failure });
    if (moved !== null && instance.state !== 'idle') {
      await tx.pools.recordStart(instance.poolId, 'failed', at);
    }
  });
  log.warn('pool member failed', { instanceId: instance.id, ...failure });
  return recheck(0);
}
