import type { InstanceId } from '../../domain/ids.js';
import type { Instance } from '../../domain/instance.js';
import { monotonicMs } from '../../lib/clock.js';
import { deadline } from '../../lib/timers.js';
import type { ChangeListener, InstanceStore } from '../../ports/index.js';

/** Where a request for an instance's name goes. */
export type Route =
  | { readonly kind: 'upstream'; readonly address: string }
  /** Its owner was moved to another instance before it was ever ready. */
  | { readonly kind: 'moved'; readonly to: InstanceId }
  /** It has an owner and no gateway that answers yet. */
  | { readonly kind: 'starting' }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'unknown' };

/** A route is asked for anew after this, so that a lost notice cannot keep a wrong one for long. */
const FRESH_MS = 30_000;
/** What may change at any moment is remembered shortly: a claim, a start. */
const PASSING_FRESH_MS = 1_000;
/** While the database is away, what was known goes on being served for this long. */
const STALE_MS = 10 * 60_000;
/** How long a request waits for the database before it gets what was known. */
const PATIENCE_MS = 300;
/** The same for a route that was heard to have changed: it is probably not true any more. */
const DOUBTED_PATIENCE_MS = 2_000;
/** How long after the database failed to answer what is known is used without asking it again. */
const AWAY_MS = 1_000;
/** Names remembered at once; asking for made-up names pushes out the ones longest remembered. */
const ROUTES_MAX = 50_000;

interface Remembered {
  readonly route: Route;
  readonly readAtMs: number;
  /** A change was heard of since it was read. */
  readonly isDoubted: boolean;
}

/**
 * Answers which upstream an instance's name has: from memory, else from the database, with one
 * question for all that ask at once. A change that is heard of takes effect on the next request.
 *
 * While the database is away or hangs, names that are known go on being answered from memory, without
 * waiting for it each time. What such an answer leads to may be another's by then: it is the gateway
 * that refuses a token that is not its own, so what is stale is useless and not dangerous.
 */
export class RouteTable implements ChangeListener {
  readonly #routes = new Map<InstanceId, Remembered>();
  readonly #asking = new Map<InstanceId, Promise<Route>>();
  #awayUntilMs = 0;
  /** Grows with each invalidation, so that an answer read before one is not remembered after it. */
  #epoch = 0;

  constructor(private readonly instances: Pick<InstanceStore, 'find'>) {}

  async find(id: InstanceId): Promise<Route> {
    const known = this.#routes.get(id);
    if (known === undefined) return this.#ask(id);
    if (ageOf(known) < freshFor(known.route) && !known.isDoubted) return known.route;
    if (ageOf(known) >= STALE_MS) return this.#ask(id);
    if (monotonicMs() < this.#awayUntilMs) return known.route;
    return this.#askUnlessSlow(id, known);
  }

  onChange(id: InstanceId): void {
    this.#epoch += 1;
    this.#expire(id);
    this.#asking.delete(id);
  }

  onGap(): void {
    this.#epoch += 1;
    for (const id of this.#routes.keys()) this.#expire(id);
    this.#asking.clear();
  }

  /** Keeps the route for the case that the database is away, but asks before using it again. */
  #expire(id: InstanceId): void {
    const known = this.#routes.get(id);
    if (known !== undefined) this.#routes.set(id, { ...known, isDoubted: true });
  }

  /** What the database says, or what was known when it fails or lets us wait. */
  async #askUnlessSlow(id: InstanceId, known: Remembered): Promise<Route> {
    const patience = deadline(known.isDoubted ? DOUBTED_PATIENCE_MS : PATIENCE_MS);
    const asking = this.#ask(id);
    try {
      return await unless(patience, asking);
    } catch {
      // Why it failed is told by whoever has nothing to fall back on, and by the readiness probe.
      this.#awayUntilMs = monotonicMs() + AWAY_MS;
      return (this.#routes.get(id) ?? known).route;
    }
  }

  #ask(id: InstanceId): Promise<Route> {
    const asked = this.#asking.get(id);
    if (asked !== undefined) return asked;
    const epoch = this.#epoch;
    const asking = this.instances.find(id).then((instance) => {
      const route = routeOf(instance);
      if (epoch === this.#epoch) this.#remember(id, route);
      return route;
    });
    this.#asking.set(id, asking);
    const forget = (): void => {
      if (this.#asking.get(id) === asking) this.#asking.delete(id);
    };
    asking.then(forget, forget);
    return asking;
  }

  #remember(id: InstanceId, route: Route): void {
    this.#routes.delete(id);
    const [oldest] = this.#routes.keys();
    if (this.#routes.size >= ROUTES_MAX && oldest !== undefined) this.#routes.delete(oldest);
    this.#routes.set(id, { route, readAtMs: monotonicMs(), isDoubted: false });
  }
}

/** The promise's outcome, or the signal's reason if that fires first. */
function unless<Value>(signal: AbortSignal, promise: Promise<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => {
      reject(signal.reason as Error);
    });
    promise.then(resolve, reject);
  });
}

function routeOf(instance: Instance | null): Route {
  const to = instance?.replacedBy ?? null;
  if (to !== null) return { kind: 'moved', to };
  switch (instance?.state) {
    case 'creating':
    case 'warming':
      return { kind: instance.tenantId === null ? 'unknown' : 'starting' };
    case 'binding':
    case 'ready':
    case 'resuming':
      return instance.address === null
        ? { kind: 'starting' }
        : { kind: 'upstream', address: instance.address };
    case 'stopped':
      return { kind: 'stopped' };
    default:
      return { kind: 'unknown' };
  }
}

function freshFor(route: Route): number {
  return route.kind === 'unknown' || route.kind === 'starting' ? PASSING_FRESH_MS : FRESH_MS;
}

function ageOf({ readAtMs }: Remembered): number {
  return monotonicMs() - readAtMs;
}
