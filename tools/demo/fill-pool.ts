import type { ApiClient } from '../../src/cli/api-client.js';
import { ApiFailure } from '../../src/cli/api-client-failure.js';
import type { InstanceAnswer, PoolAnswer } from '../../src/cli/api-client-replies.js';
import { deadline, pause } from '../../src/lib/timers.js';
import { DemoFailure } from './demo-failure.js';
import type { MemberBars } from './member-bars.js';

/** A gateway boots in 10–25 s on idle cores; this is for several at once on two busy ones. */
const FILL_LIMIT_MS = 4 * 60_000;
const LOOK_EVERY_MS = 250;

/** Members of the pool: on their way, or waiting for an owner. */
const MEMBER_STATES = ['creating', 'warming', 'idle'];

/**
 * Waits until every pool has as many idle members as it wants, showing each on its way.
 *
 * Fails with a sentence when a pool has given up after failures in a row, or when time is up.
 */
export async function fillPool(
  client: ApiClient,
  bars: MemberBars,
  signal: AbortSignal,
): Promise<number> {
  const over = deadline(FILL_LIMIT_MS, signal);
  const seen = new Set<string>();
  let lastPools: readonly PoolAnswer[] = [];
  while (!over.aborted) {
    const [pools, instances] = await look(client, signal);
    const members = instances.filter(({ id, state }) => {
      if (MEMBER_STATES.includes(state)) seen.add(id);
      return seen.has(id);
    });
    bars.show(members);
    if (pools.length > 0) lastPools = pools;
    refuseClosedPool(pools, instances);
    // Pools are rows that the controller makes when it starts: none yet means not filled yet.
    if (pools.length > 0 && pools.every(isFull)) {
      return members.filter(({ state }) => state === 'idle').length;
    }
    await pause(LOOK_EVERY_MS, over);
  }
  signal.throwIfAborted();
  throw new DemoFailure(unfilled(lastPools), 'controller');
}

/** What is missing, and how a person goes on: a slow machine may still get there by itself. */
function unfilled(pools: readonly PoolAnswer[]): string {
  const minutes = FILL_LIMIT_MS / 60_000;
  if (pools.length === 0) return `No pool was set up within ${minutes} minutes.`;
  const stock = pools.map(({ id, counts, idleTarget }) => {
    return `${counts['idle'] ?? 0} of ${idleTarget} in ${id}`;
  });
  return (
    `After ${minutes} minutes these gateways are idle: ${stock.join(', ')}. The controller goes ` +
    'on; watch `./bin/clawdeploy.mjs pool` and call `make demo` when the pool is full.'
  );
}

/** Pools and instances; the API may be restarting, which is no reason to give up. */
async function look(
  client: ApiClient,
  signal: AbortSignal,
): Promise<[readonly PoolAnswer[], readonly InstanceAnswer[]]> {
  try {
    return await Promise.all([client.listPools(signal), client.list({}, signal)]);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ApiFailure && isPassing(error)) return [[], []];
    throw error;
  }
}

function isFull({ counts, idleTarget }: PoolAnswer): boolean {
  return (counts['idle'] ?? 0) >= idleTarget;
}

function isPassing({ kind, status }: ApiFailure): boolean {
  return kind === 'unreachable' || (status ?? 0) >= 500;
}

function refuseClosedPool(
  pools: readonly PoolAnswer[],
  instances: readonly InstanceAnswer[],
): void {
  const closed = pools.find(({ hold }) => hold !== null);
  if (closed === undefined) return;
  const failed = instances.filter(({ failure }) => failure !== null).at(-1);
  const reason = failed?.failure?.sentence ?? 'its members did not start';
  throw new DemoFailure(`The pool ${closed.id} takes a pause: ${reason}`, 'controller');
}
