import { monotonicMs } from '../../lib/clock.js';
import { pause } from '../../lib/timers.js';
import type { Sweep } from '../../client/operation.js';
import { CliFailure } from '../cli-failure.js';
import { EXIT } from '../exit-codes.js';
import type { CommandSet } from '../program.js';
import type { RepeatFlag } from '../repeating.js';
import { repeating } from '../repeating.js';
import type { Session } from '../session.js';
import { facts, table } from '../text.js';

/** How long a controller may take to do what was asked for; a pass ends within 45 s. */
const DONE_WITHIN_MS = 90_000;
const LOOK_EVERY_MS = 500;

interface SweepFlags extends RepeatFlag {
  readonly dryRun?: boolean;
  readonly latest?: boolean;
}

/** Adds `sweep`. */
export function addSweepCommand({ program, call }: CommandSet): void {
  program
    .command('sweep')
    .description('compare everything that exists with the database, and clear up; for operators')
    .option('--dry-run', 'only tell what would be done')
    .option('--latest', 'show what the last sweep found and did instead')
    .option('--idempotency-key <key>', 'the same key asks for one sweep, however often')
    .action(({ dryRun = false, latest = false, ...repeated }: SweepFlags) =>
      call(async (session) => {
        const { client, signal, show } = session;
        const sweep = latest
          ? await client.call('showSweep', { path: { id: 'latest' }, signal })
          : await finished(
              session,
              await client.call('requestSweep', {
                body: { isDryRun: dryRun },
                ...repeating(repeated),
                signal,
              }),
            );
        show(sweep, described(sweep));
      }),
    );
}

async function finished({ client, signal }: Session, asked: Sweep): Promise<Sweep> {
  const endMs = monotonicMs() + DONE_WITHIN_MS;
  const at = { path: { id: asked.id }, signal };
  for (let sweep = asked; ; sweep = await client.call('showSweep', at)) {
    if (sweep.report !== null) return sweep;
    if (monotonicMs() >= endMs || signal.aborted) {
      const sentence = 'No controller has done it yet: one that works is needed for a sweep.';
      throw new CliFailure(EXIT.unreachable, sentence);
    }
    await pause(LOOK_EVERY_MS, signal);
  }
}

function described({ report }: Sweep): string {
  if (report === null) return 'It is not done yet.\n';
  const { at, isDryRun, tookMs, seen, findings, acted, deferred, waiting, suspicion } = report;
  const doubt =
    suspicion === null
      ? ''
      : `Nothing was done: ${suspicion.kind} for ${suspicion.found} of ${suspicion.of}. ` +
        'Is this the right database, and the right Nomad?\n';
  const pairs = facts({
    at,
    took: `${tookMs} ms`,
    seen: Object.entries(seen)
      .map(([what, many]) => `${many} ${what}`)
      .join(', '),
    waiting: waiting === 0 ? null : `${waiting}, for the next sweeps`,
    deferred: deferred === 0 ? null : `${deferred}, above what one sweep may do`,
  });
  const outcomes = new Map(acted.map(({ instanceId, outcome }) => [instanceId, outcome]));
  const rows = findings.map(({ kind, instanceId, remedy, isRipe }) => [
    instanceId,
    kind,
    remedy,
    outcomes.get(instanceId) ?? (remedy === 'report' || isRipe ? '–' : 'waiting'),
  ]);
  const header = ['instance', 'difference', 'remedy', isDryRun ? 'would be' : 'outcome'];
  const found = table(header, rows, 'Everything is as the database says.');
  return `${pairs}${doubt}\n${found}`;
}
