import { open } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import type { ConfigChange, ConfigOutcome, MergePatch } from '../../client/operation.js';
import { CliFailure, usage } from '../cli-failure.js';
import { EXIT } from '../exit-codes.js';
import { startProgress } from '../progress.js';
import type { CommandSet } from '../program.js';
import type { Session } from '../session.js';
import { facts, table } from '../text.js';
import { wholeNumber } from '../whole-number.js';

/** A change that restarts the gateway takes its boot and some more. */
const WAIT_SECONDS = 60;
/** More than the API takes. */
const FILE_BYTES_MAX = 64 * 1024;

interface PatchFlags {
  readonly file?: string;
  readonly dryRun?: boolean;
  readonly revision?: number;
}

/** Adds `config show`, `config owned`, `config patch` and `config changes`. */
export function addConfigCommands({ program, call }: CommandSet): void {
  const config = program
    .command('config')
    .description('a gateway’s settings: show, patch, changes');
  config
    .command('show')
    .description('print the tenant’s own settings as JSON')
    .argument('<id>')
    .action((id: string) =>
      call(async ({ client, signal, show }) => {
        const shown = await client.call('getConfig', { path: { id }, signal });
        show(shown, `${JSON.stringify(shown.config, null, 2)}\n`);
      }),
    );
  config
    .command('owned')
    .description('list the settings that are the platform’s, and why')
    .argument('<id>')
    .action((id: string) =>
      call(async ({ client, signal, show }) => {
        const { platformOwned: items } = await client.call('getConfig', { path: { id }, signal });
        const rows = items.map(({ path, why }) => [path, why]);
        show({ items }, table(['setting', 'why'], rows, 'Everything is the tenant’s.'));
      }),
    );
  config
    .command('patch')
    .description('change settings by a JSON Merge Patch, from a file or a pipe; null removes')
    .argument('<id>')
    .option('--file <path>', 'read the patch from this file')
    .option('--dry-run', 'only say what would change')
    .option('--revision <n>', 'refuse unless this revision is the present one', wholeNumber)
    .action((id: string, flags: PatchFlags) => call((session) => patch(session, id, flags)));
  config
    .command('changes')
    .description('list the last changes and what became of them, newest first')
    .argument('<id>')
    .action((id: string) =>
      call(async ({ client, signal, show }) => {
        const { items } = await client.call('listConfigChanges', { path: { id }, signal });
        show({ items }, listed(items));
      }),
    );
}

async function patch(session: Session, id: string, flags: PatchFlags): Promise<void> {
  const { client, signal, show } = session;
  const body = await readPatch(session, flags.file);
  const path = { id };
  if (flags.dryRun === true) {
    const query = { dry_run: 'true' } as const;
    const outcome = await client.call('patchConfig', { path, query, body, signal });
    show(outcome, `${described(outcome)}Nothing was changed.\n`);
    return;
  }
  const read = await client.callTagged('getConfig', { path, signal });
  if (flags.revision !== undefined && flags.revision !== read.answer.revision) {
    const sentence = `The present revision is ${read.answer.revision}, not ${flags.revision}.`;
    throw new CliFailure(EXIT.conflict, sentence);
  }
  const outcome = await apply(session, id, body, read.tag);
  show(outcome, `${described(outcome)}${endOf(id, outcome)}`);
}

async function apply(
  { client, signal, world }: Session,
  id: string,
  body: MergePatch,
  ifMatch: string,
): Promise<ConfigOutcome> {
  const bar = startProgress(world.stderr, `Configuring ${id}`);
  bar.update(0, 1, 'waiting for the gateway to follow');
  try {
    const path = { id };
    const request = { path, body, ifMatch, waitSeconds: WAIT_SECONDS, signal };
    const outcome = await client.call('patchConfig', request);
    const failure = outcome.change?.failure ?? null;
    if (failure === null) return outcome;
    throw new CliFailure(EXIT.failed, failure.sentence, { ...outcome });
  } finally {
    bar.end();
  }
}

function endOf(id: string, { change }: ConfigOutcome): string {
  if (change === null) return '';
  return change.state === 'applied'
    ? `The gateway ${id} runs with it.\n`
    : `The gateway ${id} has not followed yet; see \`clawdeploy config changes ${id}\`.\n`;
}

function described({ diff, needsRestart }: ConfigOutcome): string {
  if (diff.length === 0) return 'Nothing differs.\n';
  const changes = Object.fromEntries(
    diff.map(({ path, change, effect }) => {
      return [path, `${change}, ${effect.replace('_', ' ')}`];
    }),
  );
  return `${facts(changes)}${needsRestart ? 'The gateway starts again for this.\n' : ''}`;
}

function listed(items: readonly ConfigChange[]): string {
  const rows = items.map(({ id, revision, state, diff, requestedAt }) => {
    return [String(revision), state, String(diff.length), requestedAt, id];
  });
  const header = ['revision', 'state', 'settings', 'requested at', 'id'];
  return table(header, rows, 'Nothing was changed yet.');
}

async function readPatch({ world }: Session, file: string | undefined): Promise<MergePatch> {
  if (file === undefined && world.stdin.isTTY === true) {
    throw usage('Pipe the patch in, or name a file of it with --file.');
  }
  const content = file === undefined ? await text(world.stdin) : await readShort(file);
  try {
    const value: unknown = JSON.parse(content);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // What it is instead is told below, without any of it: somebody may have piped in a key.
  }
  throw usage('A patch is one JSON object, such as {"agents":{"defaults":{…}}}.');
}

async function readShort(file: string): Promise<string> {
  const handle = await open(file).catch(() => null);
  if (handle === null) throw usage(`The file ${file} cannot be read.`);
  try {
    const { size } = await handle.stat();
    if (size <= FILE_BYTES_MAX) return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
  throw usage('That is longer than any patch (64 KiB).');
}
