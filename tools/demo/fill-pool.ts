import type { ApiClient } from '../../src/client/api-client.js';
import { ApiFailure } from '../../src/client/api-failure.js';
import type { Instance, Pool } from '../../src/client/operation.js';
import { deadline, pause } from '../../src/lib/timers.js';
import { DemoFailure } from './demo-failure.js';
import type { MemberBars } from './member-bars.js';

/** A gateway boots in 10–25 s on idle cores; after this a person wants to know what to look at. */
const PATIENCE_MS = 4 * 60_000;
/** On two busy cores one member was seen to take 3 minutes; this is for several at once. */
const FILL_LIMIT_MS = 10 * 60_000;
const LOOK_EVERY_MS = 250;
/**
 * A node that has just started, or a gateway that is being destroyed, makes room within this; who
 * finds no place for longer needs a person.
 */
const NO_PLACE_PATIENCE_MS = 30_000;

/** Members of the pool: on their way, or waiting for an owner. */
const MEMBER_STATES = ['creating', 'warming', 'idle'];

export interface FillOptions {
  readonly client: Pick<ApiClient, 'call' | 'allInstances'>;
  readonly bars: Pick<MemberBars, 'show' | 'note'>;
  readonly signal: AbortSignal;
  readonly noPlacePatienceMs?: number;
}

/**
 * Waits until every pool has as many idle members as it wants, showing each on its way.
 *
 * Says what is missing and where to look when it takes long; fails with a sentence when a pool has
 * given up after failures in a row, when Nomad has no place for its members, or when time is up.
 */
export async function fillPool({
  client,
  bars,
  signal,
  noPlacePatienceMs = NO_PLACE_PATIENCE_MS,
}: FillOptions): Promise<number> {
  const over = deadline(FILL_LIMIT_MS, signal);
  const patience = deadline(PATIENCE_MS, signal);
  const seen = new Set<string>();
  let isNoted = false;
  let lastPools: readonly Pool[] = [];
  let placeless: AbortSignal | null = null;
  while (!over.aborted) {
    const [pools, instances] = await look(client, signal);
    const members = instances.filter(({ id, state }) => {
      if (MEMBER_STATES.includes(state)) seen.add(id);
      return seen.has(id);
    });
    bars.show(members);
    if (pools.length > 0) lastPools = pools;
    refuseClosedPool(pools, instances);
    const blocked = pools.find(isPlaceless);
    if (blocked === undefined) placeless = null;
    else if (placeless?.aborted === true) throw noPlace(blocked);
    else placeless ??= deadline(noPlacePatienceMs, over);
    // Pools are rows that the controller makes when it starts: none yet means not filled yet.
    if (pools.length > 0 && pools.every(isFull)) {
      return members.filter(({ state }) => state === 'idle').length;
    }
    if (patience.aborted && !isNoted) {
      isNoted = true;
      const log = 'it goes on; `make logs ARGS=controller` shows why it takes long.';
      bars.note(`After ${minutes(PATIENCE_MS)}: ${stockOf(lastPools)}; ${log}`);
    }
    await pause(LOOK_EVERY_MS, over);
  }
  signal.throwIfAborted();
  const next = 'The controller goes on: call `make demo` when `./bin/clawdeploy.mjs pool` is full.';
  const sentence = `After ${minutes(FILL_LIMIT_MS)}: ${stockOf(lastPools)}. ${next}`;
  throw new DemoFailure(sentence, 'controller');
}

function minutes(ms: number): string {
  return `${ms / 60_000} minutes`;
}

/** How full each pool is, e.g. `1 of 2 gateways idle in s-2026.9.6`. */
function stockOf(pools: readonly Pool[]): string {
  if (pools.length === 0) return 'the controller has set up no pool';
  const stock = pools.map(({ id, counts, idleTarget }) => {
    return `${counts.idle ?? 0} of ${idleTarget} gateways idle in ${id}`;
  });
  return stock.join(', ');
}

/** Pools and instances; the API may be restarting, which is no reason to give up. */
async function look(
  client: FillOptions['client'],
  signal: AbortSignal,
): Promise<[readonly Pool[], readonly Instance[]]> {
  try {
    const [{ items }, instances] = await Promise.all([
      client.call('listPools', { signal }),
      client.allInstances({}, signal),
    ]);
    return [items, instances];
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ApiFailure && isPassing(error)) return [[], []];
    throw error;
  }
}

function isFull({ counts, idleTarget }: Pool): boolean {
  return (counts.idle ?? 0) >= idleTarget;
}

function isPassing({ kind, status }: ApiFailure): boolean {
  return kind === 'unreachable' || (status ?? 0) >= 500;
}

/** Holds that end by an operator's hand, or long after anybody's patience. */
const CLOSED: readonly Pool['hold'][] = ['paused', 'breaker_open', 'breaker_final'];

function isPlaceless({ hold, supersededBy }: Pool): boolean {
  return hold === 'no_place' && supersededBy === null;
}

function noPlace({ id, region, holdReason }: Pool): DemoFailure {
  return new DemoFailure(
    `Nomad finds no place in the node pool ${region} for a gateway of ${id}: ` +
      `${holdReason ?? 'it does not say why'}. docs/gateway.md says what each takes. ` +
      'Delete gateways that nobody uses (`./bin/clawdeploy.mjs list`), add a node, or keep fewer ' +
      'idle ones (`make down`, then `CLAWDEPLOY_POOLS=s=1 make up`).',
    'nomad',
  );
}

function refuseClosedPool(pools: readonly Pool[], instances: readonly Instance[]): void {
  const closed = pools.find(({ hold }) => hold !== null && CLOSED.includes(hold));
  if (closed === undefined) return;
  const failed = instances.filter(({ failure }) => failure !== null).at(-1);
  const reason = failed?.failure?.sentence ?? 'its members did not start';
  throw new DemoFailure(`The pool ${closed.id} takes a pause: ${reason}`, 'controller');
}
