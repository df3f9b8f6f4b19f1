import type { StartRotation } from '../../commands/start-rotation.js';
import type { Clock } from '../../lib/clock.js';
import type { CampaignValues, Log, Store } from '../../ports/index.js';

/** What the worker's part in campaigns needs. */
export interface CampaignPorts {
  readonly store: Store;
  readonly values: Pick<CampaignValues, 'read' | 'destroy' | 'list'>;
  readonly rotations: Pick<StartRotation, 'execute'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Names this process among all workers. */
  readonly holder: string;
  /** Told of each move that ended, by its last state. */
  readonly onMoved: (state: string) => void;
}
