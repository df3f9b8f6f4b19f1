import { Scope } from '../../lib/scope.js';
import { pause } from '../../lib/timers.js';
import { attempt } from './attempt.js';
import { tellWebhooks } from './tell-webhooks.js';
import type { WebhookPorts } from './webhook-ports.js';

/** Attempts at once in this process: some slow webhooks must not use up all of them. */
const AT_ONCE_MAX = 64;
/** Attempts at one webhook at once, of all workers together. */
const PER_WEBHOOK_MAX = 4;
/** Longer than an attempt can take, Vault included; a killed worker's attempts are made again then. */
const LEASE_MS = 60_000;
/** While attempts are under way, new events and due deliveries wait for so long at most. */
const LOOK_AGAIN_MS = 250;

/**
 * Tells webhooks of events: makes deliveries of what is new in the outbox, and attempts those that are
 * due. All that it knows is in the database, so any number of workers may run one, and any of them goes
 * on where another one died.
 */
export class WebhookCourier {
  readonly #underWay = new Set<Promise<void>>();

  constructor(private readonly ports: WebhookPorts) {}

  /** Goes on until nothing is due and nothing under way. Ends early, in order, when `signal` fires. */
  async run(signal: AbortSignal): Promise<void> {
    try {
      while (!signal.aborted) {
        await this.#begin(signal);
        if (this.#underWay.size === 0) return;
        await this.#rest(signal);
      }
    } finally {
      await Promise.all(this.#underWay);
    }
  }

  /** Until an attempt ends, or it is time to look for more. */
  async #rest(signal: AbortSignal): Promise<void> {
    const rest = new Scope(signal);
    await Promise.race([...this.#underWay, pause(LOOK_AGAIN_MS, rest.signal)]);
    rest.end();
  }

  /** Begins as many attempts as there is room for. */
  async #begin(signal: AbortSignal): Promise<void> {
    const { store, clock, onLag } = this.ports;
    while (!signal.aborted && (await tellWebhooks(this.ports)));
    const now = clock.now();
    const dueSince = await store.deliveries.dueSince(now);
    onLag(dueSince === null ? 0 : now.getTime() - dueSince.getTime());
    const limit = AT_ONCE_MAX - this.#underWay.size;
    if (dueSince === null || limit === 0 || signal.aborted) return;
    const taking = { now, leaseMs: LEASE_MS, perWebhookMax: PER_WEBHOOK_MAX, limit };
    for (const taken of await store.deliveries.take(taking)) {
      const made = attempt(this.ports, taken, signal).finally(() => {
        this.#underWay.delete(made);
      });
      this.#underWay.add(made);
    }
  }
}
