import { isInstanceId } from '../../domain/ids.js';
import { checkKeyName } from '../../domain/providers.js';
import type { Key } from '../../client/operation.js';
import { askSecret } from '../ask.js';
import { usage } from '../cli-failure.js';
import type { CommandSet } from '../program.js';
import type { RepeatFlag } from '../repeating.js';
import { repeating } from '../repeating.js';
import type { Session } from '../session.js';
import { table } from '../text.js';
import type { KeyWish } from './write-key.js';
import { KEY_WAIT_SECONDS, keyRequest, rotateKey, writeKey } from './write-key.js';

interface WaitFlag {
  readonly wait: boolean;
}

interface MeantFlags {
  readonly verify?: boolean;
  readonly platform?: boolean;
}

type SetFlags = MeantFlags & WaitFlag;
type RotateFlags = MeantFlags & RepeatFlag;

const PLATFORM = 'it is the platform’s own key, which `campaign replace` may exchange';
const VERIFY = 'ask the provider first whether it takes the key';
const NO_KEY_HERE = 'refused: a key does not belong on the command line';

/** Adds `keys set`, `keys rotate`, `keys list` and `keys delete`. */
export function addKeyCommands({ program, call }: CommandSet): void {
  const keys = program.command('keys').description('a gateway’s keys: set, rotate, list, delete');
  keys
    .command('set')
    .description('set or replace a key, read from a prompt or a pipe')
    .argument('<id>')
    .argument('<name>', 'of the provider or channel, e.g. anthropic or telegram/bot')
    .argument('[extra...]', NO_KEY_HERE)
    .option('--verify', VERIFY)
    .option('--platform', PLATFORM)
    .option('--no-wait', 'do not wait until the gateway uses it')
    .action((id: string, name: string, extra: readonly string[], flags: SetFlags) => {
      refuseKeyInArguments(extra);
      checkWhere(id, name);
      return call((session) => setKey(session, id, name, flags));
    });
  keys
    .command('rotate')
    .description('exchange a key for a new one, proven by a live call before it is used')
    .argument('<id>')
    .argument('<name>', 'of a model provider, e.g. anthropic')
    .argument('[extra...]', NO_KEY_HERE)
    .option('--verify', VERIFY)
    .option('--platform', PLATFORM)
    .option('--idempotency-key <key>', 'the same key rotates once, however often it is called')
    .action((id: string, name: string, extra: readonly string[], flags: RotateFlags) => {
      refuseKeyInArguments(extra);
      checkWhere(id, name);
      return call((session) => rotate(session, id, name, flags));
    });
  keys
    .command('list')
    .description('list names and versions; values stay in Vault')
    .argument('<id>')
    .action((id: string) => {
      checkId(id);
      return call(async ({ client, signal, show }) => {
        const { items } = await client.call('listKeys', { path: { id }, signal });
        show({ items }, listed(items));
      });
    });
  keys
    .command('delete')
    .description('remove a key, without a restart')
    .argument('<id>')
    .argument('<name>')
    .option('--no-wait', 'do not wait until the gateway runs without it')
    .action((id: string, name: string, { wait }: WaitFlag) => {
      checkWhere(id, name);
      return call(async ({ client, signal, show }) => {
        const waitSeconds = wait ? KEY_WAIT_SECONDS : 0;
        const instance = await client.call('deleteKey', {
          path: { id, name },
          waitSeconds,
          signal,
        });
        show(instance, `The key ${name} of ${id} is removed.\n`);
      });
    });
}

/**
 * Refuses what cannot be an instance and the name of a key, before anything of it is shown or sent:
 * either may be a key that was typed in the wrong place, and both go into a URL.
 */
function checkWhere(id: string, name: string): void {
  checkId(id);
  checkKeyName(name);
}

function checkId(id: string): void {
  if (isInstanceId(id)) return;
  throw usage('The first argument is an instance’s id, oc- and twelve letters and digits.');
}

function refuseKeyInArguments(extra: readonly string[]): void {
  if (extra.length === 0) return;
  throw usage(
    'A key on the command line stays in the shell’s history and is seen by every user of this ' +
      'machine. Type it at the prompt or pipe it in; if that was a real key, replace it.',
  );
}

async function rotate(
  session: Session,
  id: string,
  name: string,
  flags: RotateFlags,
): Promise<void> {
  const value = await askSecret(session.world, `New key ${name} for ${id}`);
  const key = { id, name, value, ...meant(flags) };
  const rotation = await rotateKey(session, key, repeating(flags));
  const proven = rotation.provenAt ?? 'now';
  session.show(
    rotation,
    `The gateway ${id} uses the new key ${name}, proven at ${proven}; the old one is destroyed.\n`,
  );
}

function meant({
  verify = false,
  platform = false,
}: MeantFlags): Pick<KeyWish, 'isVerified' | 'owner'> {
  return { isVerified: verify, owner: platform ? 'platform' : 'tenant' };
}

async function setKey(session: Session, id: string, name: string, flags: SetFlags): Promise<void> {
  const { client, signal, show, world } = session;
  const value = await askSecret(world, `Key ${name} for ${id}`);
  const key = { id, name, value, ...meant(flags) };
  if (flags.wait) {
    const instance = await writeKey(session, key);
    show(instance, `The gateway ${id} uses the key ${name} now.\n`);
    return;
  }
  const instance = await client.call('setKey', { ...keyRequest(key), signal });
  show(instance, `The key ${name} is kept; the gateway ${id} takes it in about a second.\n`);
}

function listed(items: readonly Key[]): string {
  const rows = items.map(({ name, version, state, setAt, lastProvenAt, renewalDueAt }) => {
    const shown = renewalDueAt === null ? state : `${state}, to be renewed`;
    return [name, String(version), shown, setAt, lastProvenAt ?? 'never'];
  });
  return table(['key', 'version', 'state', 'set at', 'proven at'], rows, 'There are no keys.');
}
