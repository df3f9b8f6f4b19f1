import { open } from 'node:fs/promises';
import { InvalidArgumentError, Option } from 'commander';
import { AUDIT_OUTCOMES } from '../../domain/audit/audit-entry.js';
import type { AuditRecord, RequestOf, Schemas } from '../../client/operation.js';
import { usage } from '../cli-failure.js';
import { linesOfApi } from '../exported-line.js';
import type { CommandSet } from '../program.js';
import type { Session } from '../session.js';
import { table } from '../text.js';
import { wholeNumber } from '../whole-number.js';
import { addVerifyCommand } from './audit-verify.js';

const RECORDS_USUAL = 50;
const RECORDS_MAX = 10_000;
/** Pages that are asked for at most when few records fit: ten million are looked at by then. */
const PAGES_MAX = 100;

/** The longest page that the API gives. */
const PAGE_SIZE = 200;

/** What the API is asked for; it takes the flags as they are, by the same names. */
type ListFlags = Omit<NonNullable<RequestOf<'listAudit'>['query']>, 'limit' | 'cursor'> & {
  readonly limit: number;
};

interface ExportFlags {
  readonly file?: string;
  readonly after: number;
}

/** Adds `audit` with all that it can do. */
export function addAuditCommands(set: CommandSet): void {
  const audit = set.program
    .command('audit')
    .description('who did what, and that nobody changed it since; for operators');
  audit
    .command('list')
    .description('list what was done and refused, newest first')
    .option('--target <id>', 'about this instance, pool, campaign, …')
    .option('--actor <actor>', 'by this one, e.g. product:shop')
    .option('--action <action>', 'of this kind, e.g. instance.claim')
    .addOption(new Option('--outcome <outcome>', 'with this outcome').choices(AUDIT_OUTCOMES))
    .option('--since <time>', 'at this time or later, e.g. 2026-11-23T12:00:00Z')
    .option('--until <time>', 'before this time')
    .option('--limit <n>', 'so many at most', atMost(RECORDS_MAX), RECORDS_USUAL)
    .action((flags: ListFlags) => set.call((session) => list(session, flags)));
  audit
    .command('export')
    .description('print what is sealed, one JSON object a line, with the hashes')
    .option('--file <path>', 'write it to a new file instead')
    .option('--after <n>', 'begin after the line of this number', wholeNumber, 0)
    .action((flags: ExportFlags) => set.call((session) => exportLines(session, flags)));
  addVerifyCommand(audit, set);
}

async function list(
  { client, show, signal }: Session,
  { limit, ...wish }: ListFlags,
): Promise<void> {
  const items: AuditRecord[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const found: Schemas['AuditPage'] = await client.call('listAudit', {
      query: {
        ...{ ...wish, limit: Math.min(limit - items.length, PAGE_SIZE) },
        ...(cursor === null ? {} : { cursor }),
      },
      signal,
    });
    items.push(...found.items);
    cursor = found.nextCursor;
    if (cursor === null || items.length >= limit) break;
  }
  const rows = items.map(({ at, actor, from, action, target, outcome, details, seal }) => [
    ...[at, actor, from ?? '–', action, target, outcome],
    ...[JSON.stringify(details), seal === null ? '–' : String(seal.number)],
  ]);
  const header = ['at', 'actor', 'from', 'action', 'target', 'outcome', 'details', 'seal'];
  show({ items, nextCursor: cursor }, table(header, rows, 'There is nothing like it.'));
}

/** To a file of this user alone: the audit says who has what. */
async function exportLines(session: Session, { file, after }: ExportFlags): Promise<void> {
  if (file === undefined) {
    for await (const { text } of linesOfApi(session, after)) {
      session.world.stdout.write(`${text}\n`);
    }
    return;
  }
  const target = await open(file, 'wx', 0o600).catch(() => {
    throw usage(`${file} cannot be made; is it there already?`);
  });
  try {
    let lines = 0;
    for await (const { text } of linesOfApi(session, after)) {
      await target.write(`${text}\n`);
      lines += 1;
    }
    session.show({ file, lines }, `${String(lines)} lines are in ${file}.\n`);
  } finally {
    await target.close();
  }
}

function atMost(most: number): (text: string) => number {
  return (text) => {
    const number = wholeNumber(text);
    if (number >= 1 && number <= most) return number;
    throw new InvalidArgumentError(`It takes 1 to ${String(most)}.`);
  };
}
