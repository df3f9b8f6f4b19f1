import type { Failure, Instance } from '../../domain/instance.js';
import type { Outcome } from '../../lib/keyed-queue.js';
import { recheck } from '../reconciler.js';
import { countFailedStart, moveOwner } from './move-owner.js';
import type { Outside } from './outside.js';

/**
 * Takes a member out of the stock for good; what it leaves behind is torn down next. Whether it counts
 * as a failed start depends on how far it came. An owner who waited for it is given another one.
 */
export async function giveUpMember(
  outside: Outside,
  instance: Instance,
  failure: Failure,
): Promise<Outcome> {
  if (instance.tenantId !== null && (await moveOwner(outside, instance, failure, 'anywhere'))) {
    return recheck(0);
  }
  const { store, clock, log } = outside;
  const at = clock.now();
  const failed = await store.transaction(async (tx) => {
    const pool = await tx.pools.findForUpdate(instance.poolId);
    const moved = await tx.instances.move(instance, { verb: 'fail', at, failure });
    if (moved === null || pool === null) return moved;
    await countFailedStart(tx, instance, failure, at);
    if (moved.tenantId !== null) {
      const payload = { code: failure.code };
      await tx.outbox.append({ topic: 'instance.failed', key: instance.id, payload, at });
    }
    return moved;
  });
  outside.wakePool(instance.poolId);
  if (failed !== null) log.warn('pool member failed', { instanceId: instance.id, ...failure });
  return recheck(0);
}
