import type { InstanceId } from '../domain/ids.js';
import type { Caller } from '../domain/principal.js';
import type { Store } from '../ports/index.js';
import type { InstanceView } from './instance-view.js';
import { visibleInstance } from './visibility.js';

/** Shows one instance to whoever may see it. */
export class FindInstance {
  constructor(private readonly store: Store) {}

  execute(request: { caller: Caller; instanceId: InstanceId }): Promise<InstanceView> {
    return visibleInstance(this.store, request.caller.principal, request.instanceId);
  }
}
