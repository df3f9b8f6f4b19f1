import { pause } from '../../src/lib/timers.js';
import type { InstanceShown, Product } from '../support/product.js';
import { startProduct } from '../support/product.js';
import {
  allocationIdOf,
  killChild,
  nomadJobIds,
  pauseChild,
  purgeJob,
  signalTask,
} from '../support/stack-eyes.js';
import { twoWayAudit } from '../support/two-way-audit.js';
import { waitFor } from '../support/wait-for.js';
import type { Series } from './report.js';
import { seededRandom } from './support/seeded-random.js';

const MINUTES = Number(process.env['CLAWDEPLOY_CHAOS_MINUTES'] ?? '10');
const GOAL_S = 60;
const GIVE_UP_MS = 300_000;
/** Claimed instances at once: what two cores and 24 GiB can bear beside the pool. */
const CLAIMED_MAX = 3;
const HELD_MS = 5_000;

/**
 * A run of chaos on the real stack, then an audit of both sides until nothing is left on one side
 * alone: jobs, variables, secrets and registrations without a row, rows without a job. Claims and
 * deletions go on while the API and the controller are killed, Nomad is held still, gateways die and
 * jobs are purged behind the product's back. The seed is fixed; what it meets is not.
 */
export async function measure(
  _root: string,
  say: (line: string) => void,
): Promise<readonly Series[]> {
  say('starting a private stack with two real gateways (about a minute)');
  const product = await startProduct({ pools: 's=2', extraEnv: { CLAWDEPLOY_MEMBERS_MAX: '8' } });
  try {
    await product.idleMembers(2);
    const done = await chaos(product, say);
    const started = performance.now();
    await waitFor(async () => (await differences(product, say)) === 0, {
      ...{ withinMs: GIVE_UP_MS, everyMs: 1_000, describe: 'both sides to agree' },
    });
    const seconds = (performance.now() - started) / 1000;
    return [
      {
        name: 'orphans',
        unit: 's',
        samples: [seconds],
        goalP50: GOAL_S,
        baseline: null,
        facts: { 'minutes of chaos': MINUTES, ...Object.fromEntries(done) },
      },
    ];
  } finally {
    await product.stop();
  }
}

async function differences(product: Product, say: (line: string) => void): Promise<number> {
  const found = await twoWayAudit(product).catch((error: unknown) => [String(error)]);
  if (found.length > 0) say(`${String(found.length)} left, e.g. ${found[0] ?? ''}`);
  return found.length;
}

type Mischief = (product: Product, random: () => number) => Promise<void>;

const MISCHIEF: Readonly<Record<string, Mischief>> = {
  claimed: async ({ api }, random) => {
    const { data } = await api.get<{ items: InstanceShown[] }>('/v1/instances');
    const claimed = data.items.filter(({ tenant }) => tenant !== null);
    const { id } = claimed[Math.floor(random() * claimed.length)] ?? {};
    if (claimed.length >= CLAIMED_MAX && id !== undefined) await api.delete(`/v1/instances/${id}`);
    const tenant = `chaos-${Math.floor(random() * 1e6).toString(36)}`;
    await api.post('/v1/instances', { tenant, name: 'default' });
  },
  'deleted one': async ({ api }, random) => {
    const { data } = await api.get<{ items: InstanceShown[] }>('/v1/instances');
    const { id } = data.items[Math.floor(random() * data.items.length)] ?? {};
    if (id !== undefined) await api.delete(`/v1/instances/${id}`);
  },
  'killed the controller': ({ info }) => killChild(info, 'controller'),
  'killed the API': ({ info }) => killChild(info, 'api'),
  'held Nomad': async ({ info }) => {
    const release = pauseChild(info, 'nomad');
    await pause(HELD_MS);
    release();
  },
  'killed a gateway': async (product, random) => {
    const id = await someJob(product, random);
    if (id !== null) {
      await signalTask(product.info, await allocationIdOf(product.info, id), 'SIGKILL');
    }
  },
  'purged a job': async (product, random) => {
    const id = await someJob(product, random);
    if (id !== null) await purgeJob(product.info, id);
  },
};

/** How often each thing happens, of a hundred. */
const OFTEN: readonly (readonly [string, number])[] = [
  ['claimed', 30],
  ['deleted one', 20],
  ['killed the controller', 15],
  ['killed the API', 10],
  ['held Nomad', 5],
  ['killed a gateway', 10],
  ['purged a job', 10],
];

/** Mischief at random moments until the time is over; returns how often each was done. */
async function chaos(
  product: Product,
  say: (line: string) => void,
): Promise<ReadonlyMap<string, number>> {
  const random = seededRandom(20_261_123);
  const done = new Map<string, number>();
  const until = performance.now() + MINUTES * 60_000;
  while (performance.now() < until) {
    const what = pick(random() * 100);
    try {
      await MISCHIEF[what]?.(product, random);
      done.set(what, (done.get(what) ?? 0) + 1);
      say(what);
    } catch (error) {
      say(`${what}: ${error instanceof Error ? error.message : String(error)}`);
    }
    await pause(1_000 + random() * 4_000);
  }
  return done;
}

function pick(at: number): string {
  let sum = 0;
  for (const [what, share] of OFTEN) {
    sum += share;
    if (at < sum) return what;
  }
  return 'claimed';
}

async function someJob({ info }: Product, random: () => number): Promise<string | null> {
  const ids = (await nomadJobIds(info)).filter((id) => id.startsWith('oc-'));
  return ids[Math.floor(random() * ids.length)] ?? null;
}
