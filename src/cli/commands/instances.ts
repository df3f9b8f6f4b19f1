import { Option } from 'commander';
import { INSTANCE_STATES } from '../../domain/instance.js';
import type { Instance } from '../../client/operation.js';
import { confirm } from '../ask.js';
import { CliFailure, usage } from '../cli-failure.js';
import { EXIT } from '../exit-codes.js';
import { startProgress } from '../progress.js';
import type { CommandSet } from '../program.js';
import type { Session } from '../session.js';
import { describeInstance, table } from '../text.js';
import { wholeNumber } from '../whole-number.js';

/** Stopping a gateway is bounded by its kill timeout; the rest takes seconds. */
const DELETION_LIMIT_MS = 120_000;

interface ListFlags {
  readonly state?: Instance['state'];
  readonly tenant?: string;
}

interface DeleteFlags {
  readonly yes?: boolean;
  readonly grace?: number;
  readonly wait?: boolean;
}

/** Adds `list`, `show` and `delete`. */
export function addInstanceCommands({ program, call }: CommandSet): void {
  program
    .command('list')
    .description('list the instances that you may see')
    .addOption(new Option('--state <state>', 'only in this state').choices(INSTANCE_STATES))
    .option('--tenant <tenant>', 'only of this tenant')
    .action((flags: ListFlags) => call((session) => list(session, flags)));
  program
    .command('show')
    .description('show one instance')
    .argument('<id>')
    .action((id: string) =>
      call(async ({ client, signal, show }) => {
        const instance = await client.call('getInstance', { path: { id }, signal });
        show(instance, describeInstance(instance));
      }),
    );
  program
    .command('delete')
    .description('destroy an instance with all its data and keys')
    .argument('<id>')
    .option('-y, --yes', 'do not ask')
    .option('--grace <seconds>', 'let it be restored so long; 0 destroys at once', wholeNumber)
    .option('--wait', 'wait until nothing of it is left')
    .action((id: string, flags: DeleteFlags) => call((session) => remove(session, id, flags)));
}

async function list({ client, signal, show }: Session, flags: ListFlags): Promise<void> {
  const items = await client.allInstances(flags, signal);
  const rows = items.map(({ id, tenant, name, state, sizeClass, keys, url }) => [
    id,
    tenant ?? '–',
    name ?? '–',
    state,
    sizeClass,
    keys.map((key) => key.name).join(',') || '–',
    url,
  ]);
  const header = ['id', 'tenant', 'name', 'state', 'size', 'keys', 'url'];
  show({ items }, table(header, rows, 'There are no instances.'));
}

async function remove(session: Session, id: string, flags: DeleteFlags): Promise<void> {
  const { client, signal, show } = session;
  await mayDelete(session, id, flags);
  const query = flags.grace === undefined ? {} : { grace: flags.grace };
  const marked = await client.call('deleteInstance', { path: { id }, query, signal });
  const isTrashed = marked.state === 'trashed';
  const instance = flags.wait === true && !isTrashed ? await untilGone(session, id) : marked;
  show(instance, fateOf(instance));
}

function fateOf({ id, state, destroyAt }: Instance): string {
  if (state === 'deleted') return `${id} is gone.\n`;
  if (state !== 'trashed') return `${id} is closed; its data is being destroyed.\n`;
  return `${id} is closed; until ${destroyAt ?? 'then'} \`clawdeploy restore ${id}\` brings it back.\n`;
}

async function mayDelete({ world }: Session, id: string, { yes }: DeleteFlags): Promise<void> {
  if (yes === true) return;
  if (world.stdin.isTTY !== true) {
    throw usage('Deleting destroys data for good: confirm with --yes where nobody can be asked.');
  }
  if (await confirm(world, `Destroy ${id} with all its data and keys?`)) return;
  throw new CliFailure(EXIT.failed, 'Nothing was deleted.');
}

async function untilGone({ client, signal, world }: Session, id: string): Promise<Instance> {
  const bar = startProgress(world.stderr, `Destroying ${id}`);
  bar.update(0, 1, 'its job, its keys, its data');
  try {
    const instance = await client.watch(id, {
      until: ({ state }) => state === 'deleted',
      withinMs: DELETION_LIMIT_MS,
      signal,
    });
    if (instance.state === 'deleted') return instance;
    const seconds = DELETION_LIMIT_MS / 1000;
    const sentence = `${id} is closed, but was not destroyed within ${seconds} s; it goes on.`;
    throw new CliFailure(EXIT.failed, sentence, { instance });
  } finally {
    bar.end();
  }
}
