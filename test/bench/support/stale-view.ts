import type { InstanceId } from '../../../src/domain/ids.js';
import type {
  AllocationView,
  Catalog,
  CatalogEntry,
  CatalogSnapshot,
  Scheduler,
} from '../../../src/ports/index.js';
import type { FakeFleet } from '../../support/fakes/fake-fleet.js';

interface Seen {
  readonly atMs: number;
  readonly allocations: readonly AllocationView[];
  readonly entry: CatalogEntry | null;
}

/** How often the truth is noted down, in milliseconds: as exact as the lag is. */
const NOTE_EVERY_MS = 50;

/**
 * Shows a fleet as it was some time ago, as a server does that lags behind its leader: what is
 * asked is carried out at once, what is listed is old. Gateways answer for themselves, so they are
 * never stale.
 */
export class StaleView {
  readonly #notes = new Map<InstanceId, Seen[]>();
  readonly #started = new Set<InstanceId>();
  readonly #timer: NodeJS.Timeout;
  #starts = 0;

  constructor(
    private readonly fleet: FakeFleet,
    private readonly lagMs: number,
  ) {
    this.#timer = setInterval(() => void this.#noteAll(), NOTE_EVERY_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Jobs that somebody had started; a repeated start of the same is one. */
  get jobsStarted(): number {
    return this.#started.size;
  }

  /** Calls that asked for a start, repeated ones included. */
  get startCalls(): number {
    return this.#starts;
  }

  /** Instances that a listing names now, so old as it is. */
  listed(): readonly InstanceId[] {
    return [...this.#started].filter((id) => this.#seen(id).allocations.length > 0);
  }

  readonly scheduler: Scheduler = {
    startInstance: (spec, signal) => {
      this.#starts += 1;
      this.#started.add(spec.instanceId);
      return this.fleet.scheduler.startInstance(spec, signal);
    },
    stopInstance: (id, signal) => this.fleet.scheduler.stopInstance(id, signal),
    restartInstance: (id, allocationId, signal) =>
      this.fleet.scheduler.restartInstance(id, allocationId, signal),
    listAllocations: async (id) => this.#seen(id).allocations,
    explainPlacement: async () => null,
    listJobs: (signal) => this.fleet.scheduler.listJobs(signal),
  };

  readonly catalog: Catalog = {
    find: async (id) => this.#seen(id).entry,
    snapshot: (index, signal): Promise<CatalogSnapshot> =>
      this.fleet.catalog.snapshot(index, signal),
  };

  async #noteAll(): Promise<void> {
    const signal = AbortSignal.timeout(NOTE_EVERY_MS * 100);
    const atMs = performance.now();
    for (const id of this.#started) {
      const allocations = await this.fleet.scheduler.listAllocations(id, signal);
      const entry = await this.fleet.catalog.find(id, signal);
      const notes = this.#notes.get(id) ?? [];
      const newest = notes.at(-1);
      const isNew = newest?.allocations !== allocations || newest.entry !== entry;
      if (isNew) notes.push({ atMs, allocations, entry });
      this.#notes.set(id, notes);
    }
  }

  #seen(id: InstanceId): Pick<Seen, 'allocations' | 'entry'> {
    const until = performance.now() - this.lagMs;
    const old = this.#notes.get(id)?.findLast(({ atMs }) => atMs <= until);
    return old ?? { allocations: [], entry: null };
  }
}
