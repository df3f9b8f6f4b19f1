import type { InstanceId } from '../domain/ids.js';
import { BackgroundLoop } from '../lib/background-loop.js';
import { monotonicMs } from '../lib/clock.js';
import { jittered } from '../lib/random.js';
import { Scope } from '../lib/scope.js';
import { deadline, pause } from '../lib/timers.js';
import type { Log, NodeStore, SchedulerFeed, SchedulerHint } from '../ports/index.js';
import type { Driver } from './driver.js';

/** The longest call for nodes, which may wait for a change, or for all placements. */
const CALL_MS = 60_000;
/** Listings of one kind are this far apart at least, however often something changes. */
const APART_MS = 1_000;
/** How long a change that no hint told of can go unnoticed. */
const RELIST_MS = 60_000;
/** A connection that lasted this long worked: when it ends, the next is not put off. */
const LASTING_MS = 5_000;

export interface SchedulerWatchOptions {
  readonly feed: SchedulerFeed;
  readonly nodes: Pick<NodeStore, 'replaceAll'>;
  readonly instances: Pick<Driver, 'wake'>;
  readonly log: Log;
  /** Told every few seconds how long ago, in seconds, the scheduler gave a sign of life. */
  readonly onAge?: (seconds: number) => void;
  /** Told of each listing of all placements. */
  readonly onRelist?: () => void;
}

/**
 * Wakes the instances whose placement changed, and keeps the rows of nodes true.
 *
 * Three loops, so that none waits for another: hints, which are quick and may be lost; a listing of
 * all placements whenever some may have been lost, and now and then; and the nodes, which are asked
 * for on their own, because claims and starts rely on them.
 */
export class SchedulerWatch {
  readonly #loops: readonly BackgroundLoop[];
  #heardAtMs = monotonicMs();
  #nodesIndex: string | null = null;
  #placements: ReadonlyMap<InstanceId, number> = new Map();
  /** Fires when the placements are to be listed anew before their time. */
  #missed = new AbortController();

  constructor(private readonly options: SchedulerWatchOptions) {
    this.#loops = [
      this.#loopOf('nodes', (signal) => this.#followNodes(signal)),
      this.#loopOf('hints', (signal) => this.#listen(signal)),
      this.#loopOf('placements', (signal) => this.#relist(signal)),
    ];
  }

  start(): void {
    for (const loop of this.#loops) loop.start();
  }

  async stop(): Promise<void> {
    await Promise.all(this.#loops.map((loop) => loop.stop()));
  }

  #loopOf(part: string, turn: (signal: AbortSignal) => Promise<void>): BackgroundLoop {
    const onFailure = (error: unknown, failures: number): void => {
      this.#reportAge();
      this.options.log.warn('scheduler watch interrupted', { part, error, failures });
    };
    return new BackgroundLoop({ turn, onFailure });
  }

  async #followNodes(signal: AbortSignal): Promise<void> {
    const { feed, nodes, log } = this.options;
    const afterIndex = this.#nodesIndex;
    // Asked for without an index after a failure: what it was may have been a server of the past.
    this.#nodesIndex = null;
    const listing = await feed.nodes(afterIndex, deadline(CALL_MS, signal));
    if (!(await nodes.replaceAll(listing))) {
      log.debug('listing of nodes not taken over', { index: listing.index });
    }
    this.#nodesIndex = listing.index;
    this.#reportAge();
    await pause(APART_MS, signal);
  }

  async #listen(signal: AbortSignal): Promise<void> {
    const beganMs = monotonicMs();
    try {
      for await (const hint of this.options.feed.hints(signal)) this.#act(hint);
    } catch (error) {
      if (signal.aborted || monotonicMs() - beganMs < LASTING_MS) throw error;
      this.options.log.info('scheduler watch connects anew', { error });
    }
    await pause(jittered(APART_MS), signal);
  }

  #act(hint: SchedulerHint): void {
    this.#heardAtMs = monotonicMs();
    if (hint.kind === 'missed') this.#missed.abort();
    if (hint.kind !== 'changed') return;
    for (const id of hint.instanceIds) this.options.instances.wake(id);
  }

  /** Lists, wakes what changed since the last listing, and waits until it is time for the next. */
  async #relist(signal: AbortSignal): Promise<void> {
    this.#missed = new AbortController();
    const seen = await this.options.feed.placements(deadline(CALL_MS, signal));
    for (const id of new Set([...seen.keys(), ...this.#placements.keys()])) {
      if (seen.get(id) !== this.#placements.get(id)) this.options.instances.wake(id);
    }
    this.#placements = seen;
    this.options.onRelist?.();
    await pause(APART_MS, signal);
    const until = new Scope(signal, this.#missed.signal);
    await pause(jittered(RELIST_MS), until.signal);
    until.end();
  }

  #reportAge(): void {
    this.options.onAge?.((monotonicMs() - this.#heardAtMs) / 1_000);
  }
}
