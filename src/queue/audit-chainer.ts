import { CHAIN_START, sealAll } from '../domain/audit/chain.js';
import { BackgroundLoop } from '../lib/background-loop.js';
import type { Clock } from '../lib/clock.js';
import { pause } from '../lib/timers.js';
import type { Lease, Log, Store } from '../ports/index.js';

/** A worker that was killed holds up the chain for this long at most. */
const LEASE_MS = 15_000;
const LEASE_NAME = 'audit-chain';
/** How long a record waits for its seal in quiet times; each look is one short statement. */
const LOOK_EVERY_MS = 1_000;
/** Records per statement: about 300 KB, and 10 ms of hashing. */
const BATCH = 500;

export interface AuditChainerParts {
  readonly store: Pick<Store, 'auditChain' | 'leases'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Names this process among all workers. */
  readonly holder: string;
  /** Told at each look how long the oldest record has waited for its seal, in milliseconds. */
  readonly onLag: (waitedMs: number) => void;
  readonly onSealed: (count: number) => void;
}

/**
 * Seals audit records into the chain, behind those who write them: a claim that had to wait for the
 * head of a chain would wait for all other claims. By its own clock and not by Redis, so that evidence
 * does not wait for a queue.
 *
 * The lease saves work. What keeps the chain one is that each number is taken once: of two workers that
 * continue the same head one fails as a whole, and looks again.
 */
export class AuditChainer {
  readonly #loop: BackgroundLoop;
  #lease: Lease | null = null;

  constructor(private readonly parts: AuditChainerParts) {
    this.#loop = new BackgroundLoop({
      turn: async (signal) => {
        const hasMore = await this.pass();
        if (!hasMore) await pause(LOOK_EVERY_MS, signal);
      },
      onFailure: (error) => {
        parts.log.warn('audit not sealed', { error });
      },
    });
  }

  start(): void {
    this.#loop.start();
  }

  /** Ends after the pass that is under way, and lets another worker take over at once. */
  async stop(): Promise<void> {
    await this.#loop.stop();
    if (this.#lease !== null) await this.parts.store.leases.release([this.#lease]);
    this.#lease = null;
  }

  /** Seals what can be sealed now, a bounded number of records; true when there may be more. */
  async pass(): Promise<boolean> {
    const { store, clock, holder, onLag, onSealed } = this.parts;
    const { auditChain: chain, leases } = store;
    const since = await chain.waitingSince();
    onLag(since === null ? 0 : Math.max(0, clock.now().getTime() - since.getTime()));
    if (since === null) return false;
    this.#lease = await leases.grant(LEASE_NAME, holder, LEASE_MS);
    if (this.#lease === null) return false;
    const head = (await chain.head()) ?? CHAIN_START;
    const seals = sealAll(head, await chain.unsealed(BATCH), clock.now());
    if (seals.length === 0 || !(await chain.append(seals))) return false;
    onSealed(seals.length);
    return seals.length === BATCH;
  }
}
