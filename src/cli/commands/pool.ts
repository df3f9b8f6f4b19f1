import type { PoolAnswer } from '../api-client-replies.js';
import type { CommandSet } from '../program.js';
import { table } from '../text.js';

/** States whose counts say something about a pool at a glance. */
const SHOWN_STATES = ['creating', 'warming', 'idle', 'binding', 'ready', 'failed'] as const;

/** Adds `pool`. */
export function addPoolCommand({ program, call }: CommandSet): void {
  program
    .command('pool')
    .description('how many gateways are warm, and how many there are to be')
    .action(() =>
      call(async ({ client, signal, show }) => {
        const items = await client.listPools(signal);
        show({ items }, listed(items));
      }),
    );
}

function listed(items: readonly PoolAnswer[]): string {
  const rows = items.map(({ id, idleTarget, hold, counts }) => [
    id,
    String(idleTarget),
    ...SHOWN_STATES.map((state) => String(counts[state] ?? 0)),
    hold ?? '–',
  ]);
  const empty = 'There are no pools yet: the controller makes them when it starts.';
  return table(['pool', 'wanted', ...SHOWN_STATES, 'hold'], rows, empty);
}
