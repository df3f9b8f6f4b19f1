import type { Clock } from '../../lib/clock.js';
import type { Log, Store, WebhookSecrets, WebhookSender } from '../../ports/index.js';

/** What telling webhooks needs of the world. */
export interface WebhookPorts {
  readonly store: Store;
  readonly secrets: Pick<WebhookSecrets, 'read' | 'destroy'>;
  readonly sender: Pick<WebhookSender, 'send'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Told how each attempt ended: `delivered`, or why not. */
  readonly onAttempt: (outcome: AttemptOutcome) => void;
  readonly onDisabled: (reason: 'gone' | 'failing') => void;
  /** Told now and then how long the delivery that waits longest is overdue, in milliseconds. */
  readonly onLag: (overdueMs: number) => void;
}

/** `put_back`: it was not made, as with Vault away. `refused`: an answer other than 2xx. */
export type AttemptOutcome = 'delivered' | 'refused' | 'unanswered' | 'put_back';
