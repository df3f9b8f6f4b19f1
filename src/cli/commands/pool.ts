import { InvalidArgumentError } from 'commander';
import type { Pool, Schemas } from '../../client/operation.js';
import { usage } from '../cli-failure.js';
import type { CommandSet } from '../program.js';
import type { Session } from '../session.js';
import { table } from '../text.js';

/** States whose counts say something about a pool at a glance. */
const SHOWN_STATES = ['creating', 'warming', 'idle', 'binding', 'ready', 'failed'] as const;

interface Size {
  readonly floor?: number;
  readonly ceiling?: number;
  readonly max?: number;
}

/** Adds `pool`, `pool pause`, `pool resume` and `pool resize`. */
export function addPoolCommands({ program, call }: CommandSet): void {
  const pool = program
    .command('pool')
    .description('how many gateways are warm, and how many there are to be')
    .action(() =>
      call(async ({ client, signal, show }) => {
        const { items } = await client.call('listPools', { signal });
        show({ items }, listed(items));
      }),
    );
  pool
    .command('pause')
    .description('start no gateways in a pool; what it has is still given away')
    .argument('<pool>', 'its id, as `clawdeploy pool` prints it')
    .action((id: string) => call((session) => change(session, id, { isPaused: true })));
  pool
    .command('resume')
    .description('start gateways again, after a pause or after failed starts')
    .argument('<pool>', 'its id')
    .action((id: string) =>
      call((session) => change(session, id, { isPaused: false, isBreakerOpen: false })),
    );
  pool
    .command('resize')
    .description('change between which bounds a pool sizes itself')
    .argument('<pool>', 'its id')
    .option('--floor <n>', 'idle gateways kept however little is asked for', wholeNumber)
    .option('--ceiling <n>', 'idle gateways kept at most', wholeNumber)
    .option('--max <n>', 'gateways that may exist, claimed ones included', wholeNumber)
    .action((id: string, size: Size) => call((session) => change(session, id, changeOf(size))));
}

async function change(
  { client, signal, show }: Session,
  id: string,
  body: Schemas['PoolChange'],
): Promise<void> {
  const pool = await client.call('changePool', { path: { id }, body, signal });
  show(pool, listed([pool]));
}

function changeOf({ floor, ceiling, max }: Size): Schemas['PoolChange'] {
  const change = {
    ...(floor === undefined ? {} : { idleFloor: floor }),
    ...(ceiling === undefined ? {} : { idleCeiling: ceiling }),
    ...(max === undefined ? {} : { membersMax: max }),
  };
  if (Object.keys(change).length > 0) return change;
  throw usage('Say what to change: --floor, --ceiling or --max.');
}

function wholeNumber(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It takes a whole number.');
}

function listed(items: readonly Pool[]): string {
  const rows = items.map((pool) => [
    pool.id,
    String(pool.idleTarget),
    `${pool.idleFloor}..${pool.idleCeiling}`,
    String(pool.membersMax),
    ...SHOWN_STATES.map((state) => String(pool.counts[state] ?? 0)),
    String(pool.waiting),
    holdOf(pool),
  ]);
  const empty = 'There are no pools yet: the controller makes them when it starts.';
  const header = ['pool', 'wanted', 'bounds', 'max', ...SHOWN_STATES, 'waiting', 'hold'];
  return `${table(header, rows, empty)}${items.flatMap(scheduleOf).join('')}`;
}

/** A superseded pool may be short on purpose; what the scheduler says goes along with the word. */
function holdOf({ hold, holdReason, supersededBy }: Pool): string {
  if (supersededBy !== null) return `superseded by ${supersededBy}`;
  if (hold === null) return '–';
  return holdReason === null ? hold : `${hold}: ${holdReason}`;
}

function scheduleOf({ id, overrides }: Pool): readonly string[] {
  return overrides.map(
    ({ cron, timeZone, forMinutes, idleFloor }) =>
      `${id}: at least ${idleFloor} for ${forMinutes} min from "${cron}" ${timeZone}\n`,
  );
}
