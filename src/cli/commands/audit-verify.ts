import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import type { ChainPoint } from '../../domain/audit/chain.js';
import type { ChainCheck, ChainFlaw } from '../../domain/audit/check-chain.js';
import { checkAfter, checkEnd, checkLine } from '../../domain/audit/check-chain.js';
import { CliFailure } from '../cli-failure.js';
import { EXIT } from '../exit-codes.js';
import type { ExportedLine } from '../exported-line.js';
import { linesOfApi, linesOfFile } from '../exported-line.js';
import type { CommandSet } from '../program.js';
import { wholeNumber } from '../whole-number.js';

const FLAWS: Readonly<Record<ChainFlaw, string>> = {
  missing: 'is missing',
  misplaced: 'stands where another one should',
  unlinked: 'does not follow the line before it',
  changed: 'is not what was sealed',
  rewritten: 'is not the one that the anchor names: the chain was made anew',
};

interface VerifyFlags {
  readonly anchor: readonly ChainPoint[];
  readonly after: number;
}

/** Adds `audit verify`. */
export function addVerifyCommand(audit: Command, { call, world, isJson }: CommandSet): void {
  audit
    .command('verify')
    .description('check that the chain holds, and print its end as an anchor to keep')
    .argument('[file]', 'an export; without it, what the API gives now')
    .option('--anchor <number:hash>', 'a line that must be part of it; repeatable', withAnchor, [])
    .option('--after <n>', 'it begins after the line of this number', wholeNumber, 0)
    .action(async (file: string | undefined, flags: VerifyFlags) => {
      if (file === undefined) {
        await call(async (session) => {
          const check = await checked(linesOfApi(session, flags.after), flags);
          session.show(toldOf(check), described(check));
        });
        return;
      }
      const check = await checked(linesOfFile(file), flags);
      world.stdout.write(isJson ? `${JSON.stringify(toldOf(check), null, 2)}\n` : described(check));
    });
}

/** The check of a chain that holds; fails with the first line that does not. */
async function checked(
  lines: AsyncIterable<ExportedLine>,
  { anchor, after }: VerifyFlags,
): Promise<ChainCheck> {
  let check = checkAfter(after, anchor);
  for await (const { line } of lines) {
    check = checkLine(check, line, anchor);
    if (check.broken !== null) break;
  }
  const { broken, lines: held } = checkEnd(check, anchor);
  if (broken === null) return check;
  const { number, flaw } = broken;
  const sentence = `The chain is broken: line ${String(number)} ${FLAWS[flaw]}.`;
  throw new CliFailure(EXIT.failed, sentence, { broken, lines: held });
}

function toldOf({ number, hash, lines }: ChainCheck): object {
  return { lines, anchor: lines === 0 ? null : `${String(number)}:${hash ?? ''}` };
}

function described({ number, hash, lines }: ChainCheck): string {
  if (lines === 0) return 'Nothing is sealed there.\n';
  return `All ${String(lines)} lines hold. The last one, to keep as an anchor:\n${String(number)}:${hash ?? ''}\n`;
}

function withAnchor(text: string, before: readonly ChainPoint[]): readonly ChainPoint[] {
  const { number, hash = '' } =
    /^(?<number>\d{1,15}):(?<hash>[0-9a-f]{64})$/.exec(text)?.groups ?? {};
  if (number !== undefined) return [...before, { number: Number(number), hash }];
  throw new InvalidArgumentError('It takes number:hash as verify prints it.');
}
