import type { InstanceId } from '../domain/ids.js';
import { CLAIM_ATTEMPTS_MAX } from '../domain/claim.js';
import type { Instance } from '../domain/instance.js';
import type { Repositories } from '../ports/index.js';

/** The instance that the id stands for today: its owner may have been moved to another one. */
export async function currentInstance(
  store: Pick<Repositories, 'instances'>,
  id: InstanceId,
): Promise<Instance | null> {
  let instance = await store.instances.find(id);
  for (let moves = 0; moves < CLAIM_ATTEMPTS_MAX; moves += 1) {
    const next = instance?.replacedBy ?? null;
    if (next === null) return instance;
    instance = await store.instances.find(next);
  }
  return instance;
}
