import type {
  ConfigChange,
  ConfigChangeState,
  PutBackReason,
} from '../domain/config/config-change.js';
import type { ConfigChangeId, InstanceId } from '../domain/ids.js';

/** What changes with a change's state; absent fields stay. */
export interface ConfigStep {
  readonly state: ConfigChangeState;
  readonly at: Date;
  readonly revision?: number;
  readonly reason?: PutBackReason;
}

/** What tenants changed of their gateways' configuration. */
export interface ConfigStore {
  /** What the instance is told, or is to be: the newest change that is not reverted. */
  current(instanceId: InstanceId): Promise<ConfigChange | null>;
  /** The newest change, whatever became of it. */
  latest(instanceId: InstanceId): Promise<ConfigChange | null>;
  find(id: ConfigChangeId): Promise<ConfigChange | null>;
  /** The instance's changes, newest first. */
  list(instanceId: InstanceId, limit: number): Promise<readonly ConfigChange[]>;
  /**
   * Opens a change and gives it the instance's next number; null while another one of the instance is
   * open. Old ones are forgotten, but never the last that was applied.
   */
  open(
    change: Pick<ConfigChange, 'id' | 'instanceId' | 'config' | 'diff' | 'revision'> & {
      readonly at: Date;
    },
  ): Promise<ConfigChange | null>;
  /** Moves the change on if it still is in `seen`'s state; null when it is not. */
  advance(seen: ConfigChange, step: ConfigStep): Promise<ConfigChange | null>;
  /**
   * Reverts the instance's open change, if there is one. Belongs in every transaction that takes an
   * instance out of `ready`: nobody would advance it any more.
   */
  closeOpen(
    instanceId: InstanceId,
    closing: { readonly at: Date; readonly reason: PutBackReason },
  ): Promise<void>;
  /** Forgets all that an instance that is gone was told. */
  forget(instanceId: InstanceId): Promise<void>;
}
