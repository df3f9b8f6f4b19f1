import type { InstanceId } from '../../src/domain/ids.js';
import type { ChangeFeed, ChangeListener } from '../../src/ports/index.js';

/** Notices that a test gives by hand. */
export class HandFeed implements ChangeFeed {
  readonly listeners = new Set<ChangeListener>();

  subscribe(listener: ChangeListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  tell({ id }: { readonly id: InstanceId }): void {
    for (const listener of this.listeners) listener.onChange(id);
  }
}
