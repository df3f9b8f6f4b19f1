import type { Failure, Instance } from '../../domain/instance.js';
import type { Outcome } from '../../lib/keyed-queue.js';
import { SETTLED } from '../reconciler.js';
import type { Outside } from './outside.js';

/** Keeps an instance that its owner cannot have for the operator to look at, and tells its tenant why. */
export async function failForOwner(
  { store, clock, log }: Outside,
  instance: Instance,
  failure: Failure,
): Promise<Outcome> {
  const at = clock.now();
  await store.transaction(async (tx) => {
    if ((await tx.instances.move(instance, { verb: 'fail', at, failure })) === null) return;
    const payload = { code: failure.code };
    await tx.outbox.append({ topic: 'instance.failed', key: instance.id, payload, at });
  });
  const sentence = instance.state === 'binding' ? 'binding failed' : 'instance did not come back';
  log.error(sentence, { instanceId: instance.id, ...failure });
  return SETTLED;
}
