import type { Series } from './report.js';
import { requireSound } from './support/require-sound.js';
import { startClaimWorld } from './support/claim-world.js';
import type { Load } from './support/run-load.js';
import { answersOf, isGiven, latencyOf, runLoad } from './support/run-load.js';
import { burst, fixedSchedule } from './support/schedules.js';

const AT_ONCE = 300;
const BURSTS = 5;
const WARM_UP_PER_SECOND = 20;
const WARM_UP_MS = 3_000;
/** The burst begins a moment after the last claim of the warm-up was answered. */
const BURST_AT_MS = 4_000;
/**
 * The generator makes 300 requests one after the other, and that takes its time; it counts as
 * latency. Beyond a tenth of the goal the generator would be what is measured.
 */
const SEND_LAG_LIMIT_MS = 100;

/**
 * How long it takes to answer 300 claims that come at once, on connections that are not open yet:
 * the real API process on a real, durable PostgreSQL. The members are rows without a gateway.
 */
export async function measure(
  root: string,
  say: (line: string) => void,
): Promise<readonly Series[]> {
  const world = await startClaimWorld(root);
  try {
    const warmUp = fixedSchedule(WARM_UP_PER_SECOND, WARM_UP_MS);
    const urls = (await world.begin({ members: (AT_ONCE + warmUp.length) * BURSTS })).map(
      ({ url }) => url,
    );
    const loads: Load[] = [];
    for (let number = 1; number <= BURSTS; number += 1) {
      say(`burst ${String(number)} of ${String(BURSTS)}: ${String(AT_ONCE)} at once`);
      const atMs = [...warmUp, ...burst(AT_ONCE, BURST_AT_MS)];
      loads.push(
        await runLoad({ urls, token: world.token, prefix: `burst-${String(number)}`, atMs }),
      );
    }
    await requireSound(
      world.database,
      loads.flatMap(({ shots }) => shots),
    );
    return [seriesOf(loads)];
  } finally {
    await world.stop();
  }
}

function seriesOf(loads: readonly Load[]): Series {
  const shots = loads.flatMap((load) =>
    load.shots.filter(({ intendedMs }) => intendedMs >= BURST_AT_MS),
  );
  if (!shots.every(({ status }) => isGiven(status))) {
    throw new Error(`not every claim was served: ${answersOf(shots)}`);
  }
  const lag = Math.max(...loads.map(({ sendLagP99Ms }) => sendLagP99Ms));
  return {
    name: 'claim-burst',
    unit: 'ms',
    samples: shots.map(latencyOf),
    goalP50: null,
    goalP99: 1_000,
    baseline: 'p90 1,090 ms, agent-sandbox for 300 claims as published (another machine)',
    facts: {
      bursts: BURSTS,
      answers: answersOf(shots),
      'send lag p99 (ms)': Number(lag.toFixed(1)),
      'double assignments': 0,
    },
    ...(lag > SEND_LAG_LIMIT_MS ? { unsound: 'the generator was late itself' } : {}),
    raw: shots,
  };
}
