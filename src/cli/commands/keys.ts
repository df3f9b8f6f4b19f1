import type { KeyAnswer } from '../api-client-replies.js';
import { askSecret } from '../ask.js';
import { usage } from '../cli-failure.js';
import type { CommandSet } from '../program.js';
import type { Session } from '../session.js';
import { table } from '../text.js';
import { KEY_WAIT_SECONDS, writeKey } from './write-key.js';

interface WaitFlag {
  readonly wait: boolean;
}

/** Adds `keys set`, `keys list` and `keys delete`. */
export function addKeyCommands({ program, call }: CommandSet): void {
  const keys = program.command('keys').description('a gateway’s keys: set, list, delete');
  keys
    .command('set')
    .description('set or replace a key, read from a prompt or a pipe')
    .argument('<id>')
    .argument('<name>', 'of the provider or channel, e.g. anthropic or telegram/bot')
    .argument('[extra...]', 'refused: a key does not belong on the command line')
    .option('--no-wait', 'do not wait until the gateway uses it')
    .action((id: string, name: string, extra: readonly string[], { wait }: WaitFlag) => {
      refuseKeyInArguments(extra);
      return call((session) => setKey(session, id, name, wait));
    });
  keys
    .command('list')
    .description('list names and versions; values stay in Vault')
    .argument('<id>')
    .action((id: string) =>
      call(async ({ client, signal, show }) => {
        const items = await client.listKeys(id, signal);
        show({ items }, listed(items));
      }),
    );
  keys
    .command('delete')
    .description('remove a key, without a restart')
    .argument('<id>')
    .argument('<name>')
    .option('--no-wait', 'do not wait until the gateway runs without it')
    .action((id: string, name: string, { wait }: WaitFlag) =>
      call(async ({ client, signal, show }) => {
        const seconds = wait ? KEY_WAIT_SECONDS : 0;
        const instance = await client.deleteKey({ id, name }, seconds, signal);
        show(instance, `The key ${name} of ${id} is removed.\n`);
      }),
    );
}

function refuseKeyInArguments(extra: readonly string[]): void {
  if (extra.length === 0) return;
  throw usage(
    'A key on the command line stays in the shell’s history and is seen by every user of this ' +
      'machine. Type it at the prompt or pipe it in; if that was a real key, replace it.',
  );
}

async function setKey(session: Session, id: string, name: string, wait: boolean): Promise<void> {
  const { client, signal, show, world } = session;
  const value = await askSecret(world, `Key ${name} for ${id}`);
  if (wait) {
    const instance = await writeKey(session, { id, name, value });
    show(instance, `The gateway ${id} uses the key ${name} now.\n`);
    return;
  }
  const instance = await client.setKey({ id, name, value }, 0, signal);
  show(instance, `The key ${name} is kept; the gateway ${id} takes it in about a second.\n`);
}

function listed(items: readonly KeyAnswer[]): string {
  const rows = items.map((key) => [key.name, String(key.version), key.state, key.setAt]);
  return table(['key', 'version', 'state', 'set at'], rows, 'There are no keys.');
}
