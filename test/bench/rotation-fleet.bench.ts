import type { KeyMove } from '../../src/domain/key-campaign/key-campaign.js';
import { CLOSED_KEY_MOVE_STATES } from '../../src/domain/key-campaign/key-campaign.js';
import type { InstanceId, KeyCampaignId } from '../../src/domain/ids.js';
import { WakingQueue } from '../../src/queue/waking-queue.js';
import { CampaignWorld, NEW_VALUE, OLD_VALUE } from '../support/campaign-world.js';
import { startTestDatabase } from '../support/database.js';
import { quietLog } from '../support/quiet-log.js';
import { startTestRedis } from '../support/test-redis.js';
import type { Series } from './report.js';

const INSTANCES = 200;
const FAILING_SHARE = 0.05;
/** Twice what fails, so that the campaign goes on wherever the failures fall. */
const FAILURE_BUDGET = 0.1;
const LIMIT_MS = 300_000;
const PAUSE_MS = 50;
/** As the worker role is set. */
const WORKER_EVERY_MS = 2_000;

/** What becomes of a failing one's trial, with the reason that its move must end with. */
const TROUBLES = {
  'refused by the gateway': 'key_refused',
  'held reload': 'no_receipt',
  'unreachable gateway': 'no_receipt',
} as const;
type TroubleName = keyof typeof TROUBLES;
const TROUBLE_NAMES = Object.keys(TROUBLES) as TroubleName[];

/**
 * One key exchanged on a fleet of 200 stub gateways, of which one in twenty gives no receipt for the
 * new one, in three ways in turn: its calls with the new key are refused, it does not reload, or it
 * cannot be reached. Real PostgreSQL, real Redis and Bull, the real worker and controllers. A move
 * that ends neither verified nor reverted, a reason that is not its own, or a gateway that uses
 * another key than its move says, fails the run.
 */
export async function measure(
  _root: string,
  say: (line: string) => void,
): Promise<readonly Series[]> {
  const [database, redis] = await Promise.all([startTestDatabase({}), startTestRedis()]);
  try {
    const failing = new Map<InstanceId, TroubleName>();
    const world = new CampaignWorld(await database.emptyStore(), {
      isKeyRefused: (id, key) => key === NEW_VALUE && failing.get(id) === 'refused by the gateway',
    });
    say(`making ${String(INSTANCES)} claimed instances ready`);
    await world.grow(INSTANCES);
    world.followsTime();

    const wish = { kind: 'replace', keyName: 'stub', value: NEW_VALUE } as const;
    const { campaign } = await world.start({ ...wish, failureBudget: FAILURE_BUDGET });
    const moves = await world.moves(campaign.id);
    spoil(world, moves, failing);
    say(`exchanging the key; ${String(failing.size)} will give no receipt`);
    const done = await exchange(world, campaign.id, redis.url);
    const closed = await world.moves(campaign.id);
    for (const id of failing.keys()) {
      world.fleet.reload(id);
      world.fleet.letThrough(id);
    }
    await world.settle();
    return [seriesOf(world, closed, failing, done)];
  } finally {
    await Promise.all([database.stop(), redis.stop()]);
  }
}

/** Spreads the troubles over the waves, the very first instance spared: it alone would halt it. */
function spoil(
  { fleet }: CampaignWorld,
  moves: readonly KeyMove[],
  failing: Map<InstanceId, TroubleName>,
): void {
  const count = Math.round(INSTANCES * FAILING_SHARE);
  const apart = Math.floor((INSTANCES - 1) / count);
  for (let at = 0; at < count; at += 1) {
    const id = moves[1 + at * apart]?.instanceId;
    const trouble = TROUBLE_NAMES[at % TROUBLE_NAMES.length];
    if (id === undefined || trouble === undefined) throw new Error('there is no such move');
    failing.set(id, trouble);
    if (trouble === 'held reload') fleet.holdReloads(id);
    if (trouble === 'unreachable gateway') fleet.cutOff(id);
  }
}

/** Lets worker and controllers work until the campaign is settled; when each move was, in seconds. */
async function exchange(
  world: CampaignWorld,
  id: KeyCampaignId,
  redisUrl: string,
): Promise<readonly number[]> {
  const worker = world.worker();
  const queue = new WakingQueue({
    ...{ name: 'key-campaigns', redisUrl, everyMs: WORKER_EVERY_MS, log: quietLog },
    work: (signal) => worker.run(signal),
  });
  const started = performance.now();
  const done: number[] = [];
  queue.start();
  try {
    while ((await world.look(id)).campaign.settledAt === null) {
      const tookMs = performance.now() - started;
      if (tookMs > LIMIT_MS) throw new Error('the campaign is not over after five minutes');
      await world.plane.round();
      const closed = (await world.moves(id)).filter(isClosed).length;
      for (let n = done.length; n < closed; n += 1) {
        done.push((performance.now() - started) / 1_000);
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  } finally {
    await queue.stop();
  }
  return done;
}

const isClosed = ({ state }: KeyMove): boolean => CLOSED_KEY_MOVE_STATES.includes(state);

function seriesOf(
  world: CampaignWorld,
  moves: readonly KeyMove[],
  failing: ReadonlyMap<InstanceId, TroubleName>,
  done: readonly number[],
): Series {
  const keys = world.keysInUse();
  const inUse = new Map(world.ids.map((id, at) => [id, keys[at]]));
  const wrong = moves.filter(({ instanceId, state, reason }) => {
    const trouble = failing.get(instanceId);
    const expected =
      trouble === undefined
        ? { state: 'verified', reason: null, key: NEW_VALUE }
        : { state: 'reverted', reason: TROUBLES[trouble], key: OLD_VALUE };
    const isAsExpected = state === expected.state && reason === expected.reason;
    return !isAsExpected || inUse.get(instanceId) !== expected.key;
  });
  if (wrong.length > 0 || moves.length !== INSTANCES) {
    throw new Error(`not as it should be: ${JSON.stringify(wrong.slice(0, 5))}`);
  }
  const countOf = (wanted: string): number => moves.filter(({ state }) => state === wanted).length;
  const troubles = TROUBLE_NAMES.map((name) => {
    return [name, [...failing.values()].filter((trouble) => trouble === name).length] as const;
  });
  return {
    ...{ name: 'rotation-fleet', unit: 's', samples: done, goalP50: null },
    baseline: `when each of the ${String(INSTANCES)} was settled, from the start of the campaign`,
    facts: {
      verified: countOf('verified'),
      reverted: countOf('reverted'),
      ...Object.fromEntries(troubles),
      unknown: INSTANCES - countOf('verified') - countOf('reverted'),
      'values left in Vault': world.values.kept.length,
    },
  };
}
