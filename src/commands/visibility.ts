import { Fault } from '../errors/index.js';
import type { InstanceId } from '../domain/ids.js';
import type { Instance } from '../domain/instance.js';
import type { Principal } from '../domain/principal.js';
import type { Repositories } from '../ports/index.js';
import { currentInstance } from './current-instance.js';
import type { InstanceView } from './instance-view.js';

/**
 * The instance with owner and keys, if the caller may see it; where its owner was moved to another
 * one, that one. What is not theirs is as unknown as
 * what does not exist, so that ids cannot be tried out.
 */
export async function visibleInstance(
  store: Repositories,
  principal: Principal,
  id: InstanceId,
): Promise<InstanceView> {
  const instance = await currentInstance(store, id);
  if (instance !== null) {
    const view = await viewOf(store, instance);
    if (maySee(principal, view)) return view;
  }
  throw new Fault('instance_unknown', 'No such instance. List yours with GET /v1/instances.', {
    details: { instanceId: id },
  });
}

/** The instance with its owner's name and its keys, whoever asks. */
export async function viewOf(store: Repositories, instance: Instance): Promise<InstanceView> {
  const [tenants, keys] = await Promise.all([
    store.tenants.findMany(instance.tenantId === null ? [] : [instance.tenantId]),
    store.keys.list(instance.id),
  ]);
  return { instance, tenantRef: tenants[0]?.externalRef ?? null, keys };
}

/** How audit lines name a caller. */
export function actorOf({ subject, role }: Principal): string {
  return `${role}:${subject}`;
}

function maySee(principal: Principal, view: InstanceView): boolean {
  switch (principal.role) {
    case 'operator':
    case 'auditor':
      return true;
    case 'product':
      return view.tenantRef !== null;
    case 'tenant':
      return view.tenantRef !== null && view.tenantRef === principal.tenantRef;
  }
}
