import type { KeyMove } from '../../src/domain/key-campaign/key-campaign.js';
import { CLOSED_KEY_MOVE_STATES } from '../../src/domain/key-campaign/key-campaign.js';
import type { InstanceId } from '../../src/domain/ids.js';
import { WakingQueue } from '../../src/queue/waking-queue.js';
import { CampaignWorld, NEW_VALUE, OLD_VALUE } from '../support/campaign-world.js';
import { startTestDatabase } from '../support/database.js';
import { quietLog } from '../support/quiet-log.js';
import { startTestRedis } from '../support/test-redis.js';
import type { Series } from './report.js';

const INSTANCES = 200;
const FAILING = INSTANCES * 0.05;
/** Twice what fails, so that the campaign goes on wherever the failures fall. */
const FAILURE_BUDGET = 0.1;
const LIMIT_MS = 300_000;
const PAUSE_MS = 50;
/** As the worker role is set. */
const WORKER_EVERY_MS = 2_000;

/**
 * One key exchanged on a fleet of 200 stub gateways, of which one in twenty does not get an answer
 * with the new one: real PostgreSQL, real Redis and Bull, the real worker and controllers. A move
 * that ends neither verified nor reverted, or a gateway that uses another key than its move says,
 * fails the run.
 */
export async function measure(
  _root: string,
  say: (line: string) => void,
): Promise<readonly Series[]> {
  const [database, redis] = await Promise.all([startTestDatabase({}), startTestRedis()]);
  try {
    const failing = new Set<InstanceId>();
    const world = new CampaignWorld(await database.emptyStore(), {
      isKeyRefused: (id, key) => key === NEW_VALUE && failing.has(id),
    });
    say(`making ${String(INSTANCES)} claimed instances ready`);
    await world.grow(INSTANCES);
    world.followsTime();

    const wish = { kind: 'replace', keyName: 'stub', value: NEW_VALUE } as const;
    const { campaign } = await world.start({ ...wish, failureBudget: FAILURE_BUDGET });
    const moves = await world.moves(campaign.id);
    // Not the very first one, which alone would halt it: that is what the first wave is for.
    for (let at = 1; at <= FAILING; at += 1) failing.add(placed(moves, at * 18));

    say('exchanging the key');
    const worker = world.worker();
    const queue = new WakingQueue({
      ...{ name: 'key-campaigns', redisUrl: redis.url, everyMs: WORKER_EVERY_MS, log: quietLog },
      work: (signal) => worker.run(signal),
    });
    const started = performance.now();
    const done: number[] = [];
    queue.start();
    try {
      while ((await world.look(campaign.id)).campaign.settledAt === null) {
        const tookMs = performance.now() - started;
        if (tookMs > LIMIT_MS) throw new Error('the campaign is not over after five minutes');
        await world.plane.round();
        const closed = (await world.moves(campaign.id)).filter(isClosed).length;
        for (let n = done.length; n < closed; n += 1)
          done.push((performance.now() - started) / 1_000);
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
    } finally {
      await queue.stop();
    }
    return [seriesOf(world, await world.moves(campaign.id), failing, done)];
  } finally {
    await Promise.all([database.stop(), redis.stop()]);
  }
}

const isClosed = ({ state }: KeyMove): boolean => CLOSED_KEY_MOVE_STATES.includes(state);

function placed(moves: readonly KeyMove[], place: number): InstanceId {
  const move = moves[place];
  if (move === undefined) throw new Error(`there is no move ${String(place)}`);
  return move.instanceId;
}

function seriesOf(
  world: CampaignWorld,
  moves: readonly KeyMove[],
  failing: ReadonlySet<InstanceId>,
  done: readonly number[],
): Series {
  const keys = world.keysInUse();
  const inUse = new Map(world.ids.map((id, at) => [id, keys[at]]));
  const wrong = moves.filter(({ instanceId, state }) => {
    const expected = failing.has(instanceId)
      ? { state: 'reverted', key: OLD_VALUE }
      : { state: 'verified', key: NEW_VALUE };
    return state !== expected.state || inUse.get(instanceId) !== expected.key;
  });
  if (wrong.length > 0 || moves.length !== INSTANCES) {
    throw new Error(`not as it should be: ${JSON.stringify(wrong.slice(0, 5))}`);
  }
  const countOf = (wanted: string): number => moves.filter(({ state }) => state === wanted).length;
  return {
    ...{ name: 'rotation-fleet', unit: 's', samples: done, goalP50: null },
    baseline: 'when each of the 200 was settled, from the start of the campaign',
    facts: {
      verified: countOf('verified'),
      reverted: countOf('reverted'),
      unknown: INSTANCES - countOf('verified') - countOf('reverted'),
      'values left in Vault': world.values.kept.length,
    },
  };
}
