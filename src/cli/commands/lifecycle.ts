import type { Instance } from '../../client/operation.js';
import { CliFailure } from '../cli-failure.js';
import { EXIT } from '../exit-codes.js';
import { startProgress } from '../progress.js';
import type { CommandSet } from '../program.js';
import type { Session } from '../session.js';

/** Turns that run may end first, 330 s at most, and then it boots. */
const BACK_LIMIT_MS = 420_000;

interface WaitFlag {
  readonly wait: boolean;
}

/** Adds `restart` and `restore`. */
export function addLifecycleCommands({ program, call }: CommandSet): void {
  program
    .command('restart')
    .description('start a gateway again where it is, with its data')
    .argument('<id>')
    .option('--no-wait', 'do not wait until it is proven to be back')
    .action((id: string, flags: WaitFlag) =>
      call(async (session) => {
        const { client, signal } = session;
        const begun = await client.call('restartInstance', { path: { id }, signal });
        await showBack(session, begun, flags, `Restarting ${id}`);
      }),
    );
  program
    .command('restore')
    .description('take an instance out of the trash, with its data, keys and token')
    .argument('<id>')
    .option('--no-wait', 'do not wait until it is proven to be back')
    .action((id: string, flags: WaitFlag) =>
      call(async (session) => {
        const { client, signal } = session;
        const begun = await client.call('restoreInstance', { path: { id }, signal });
        await showBack(session, begun, flags, `Restoring ${id}`);
      }),
    );
}

async function showBack(
  session: Session,
  begun: Instance,
  { wait }: WaitFlag,
  title: string,
): Promise<void> {
  const instance = wait ? await untilBack(session, begun.id, title) : begun;
  const text =
    instance.state === 'ready'
      ? `${instance.id} is back: ${instance.url}\n`
      : `${instance.id} is on its way back.\n`;
  session.show(instance, text);
}

async function untilBack(
  { client, signal, world }: Session,
  id: string,
  title: string,
): Promise<Instance> {
  const bar = startProgress(world.stderr, title);
  bar.update(0, 1, 'its gateway, and the proof through the edge');
  try {
    const isOver = ({ state }: Instance): boolean => state !== 'resuming';
    const instance = await client.watch(id, { until: isOver, withinMs: BACK_LIMIT_MS, signal });
    if (instance.state === 'ready') return instance;
    const why = instance.failure?.sentence ?? `it is ${instance.state}`;
    throw new CliFailure(EXIT.failed, `${id} did not come back: ${why}.`, { instance });
  } finally {
    bar.end();
  }
}
