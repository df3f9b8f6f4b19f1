import type { InstanceId, PoolId } from '../../domain/ids.js';
import type { Instance } from '../../domain/instance.js';
import type { JsonObject } from '../../domain/config/json.js';
import type { Rotation } from '../../domain/rotation.js';
import type { Clock } from '../../lib/clock.js';
import type {
  Announcements,
  Catalog,
  EdgeProbe,
  Gateway,
  GatewayTokens,
  KeyRecord,
  KeyVault,
  Log,
  Scheduler,
  SecretShredder,
  Store,
} from '../../ports/index.js';

/** What a gateway's configuration is made from besides its instance's row. */
export interface ConfigParts {
  readonly keys: readonly KeyRecord[];
  readonly trial: Rotation | null;
  /** The tenant's own part; null while they changed nothing. */
  readonly own: JsonObject | null;
}

/** Everything that the steps of an instance's life work with. */
export interface Outside {
  readonly store: Store;
  readonly scheduler: Scheduler;
  readonly announcements: Announcements;
  readonly tokens: GatewayTokens;
  readonly shredder: SecretShredder;
  readonly catalog: Catalog;
  readonly gateway: Gateway;
  readonly edge: EdgeProbe;
  readonly clock: Clock;
  readonly log: Log;
  /** The hot part of the gateway's configuration for the instance as it is, as JSON text. */
  readonly renderConfig: (instance: Instance, parts: ConfigParts) => string;
  readonly keys: Pick<KeyVault, 'changeKeys' | 'destroyBefore'>;
  /** What this process announced and has not yet seen applied; a memory that may be lost. */
  readonly announced: Map<InstanceId, { readonly revision: number; readonly at: Date }>;
  /** When each idle member last answered this process; a memory that may be lost. */
  readonly answered: Map<InstanceId, Date>;
  /** When the edge last led this process to a gateway, whosever; a memory that may be lost. */
  readonly edgeAnswered: { at: Date | null };
  /** Has the pool planned anew, because something about its stock changed. */
  readonly wakePool: (poolId: PoolId) => void;
  /** Told what became of a change of a tenant's configuration; for metrics. */
  readonly onConfigChange: (outcome: 'applied' | 'put_back') => void;
  /** Told how long a phase took, in seconds; for metrics. */
  readonly onPhase: (phase: 'boot' | 'bind' | 'apply' | 'resume', seconds: number) => void;
}
