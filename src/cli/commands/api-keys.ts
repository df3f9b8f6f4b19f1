import { InvalidArgumentError, Option } from 'commander';
import { API_KEY_DAYS_MAX } from '../../domain/api-key.js';
import { ROLES } from '../../domain/principal.js';
import { SCOPES } from '../../domain/scopes.js';
import type { ApiKey, Schemas } from '../../client/operation.js';
import type { CommandSet } from '../program.js';
import type { RepeatFlag } from '../repeating.js';
import { repeating } from '../repeating.js';
import type { Session } from '../session.js';
import { facts, table } from '../text.js';

/** A quarter: long enough not to be a nuisance, short enough that replacing a key stays a habit. */
const DAYS_USUAL = 90;

interface CreateFlags extends RepeatFlag {
  readonly role: Schemas['NewApiKey']['role'];
  readonly tenant?: string;
  readonly scope?: NonNullable<Schemas['NewApiKey']['scopes']>;
  readonly days: number;
}

/** Adds `api-keys create`, `list` and `revoke`. */
export function addApiKeyCommands({ program, call }: CommandSet): void {
  const keys = program
    .command('api-keys')
    .description('keys with which backends call this API; for operators');
  keys
    .command('create')
    .description('make a key; it is printed this once, to standard output')
    .argument('<name>', 'what you call it, e.g. "shop backend"')
    .addOption(new Option('--role <role>', 'what it may do').choices(ROLES).default('product'))
    .option('--tenant <name>', 'whom a key of the role tenant speaks for')
    .addOption(
      new Option(
        '--scope <scopes...>',
        'what it is narrowed to (default: all of its role)',
      ).choices(SCOPES),
    )
    .option('--days <count>', 'after how many days it expires', days, DAYS_USUAL)
    .option(
      '--idempotency-key <key>',
      'the same key makes one, and names it when it is called again',
    )
    .action((name: string, flags: CreateFlags) => call((session) => create(session, name, flags)));
  keys
    .command('list')
    .description('list keys, with when each was last used')
    .action(() =>
      call(async ({ client, signal, show }) => {
        const items = await client.allApiKeys(signal);
        show({ items }, listed(items));
      }),
    );
  keys
    .command('revoke')
    .description('make a key open nothing from the next request on')
    .argument('<id>')
    .action((id: string) =>
      call(async ({ client, signal, show }) => {
        const revoked = await client.call('revokeApiKey', { path: { id }, signal });
        show(revoked, `${revoked.id} (${revoked.name}) opens nothing any more.\n`);
      }),
    );
}

/** Nothing but the key goes to standard output, so that it can be sent straight into a file. */
async function create(
  { client, signal, show, isJson, world }: Session,
  name: string,
  { role, tenant, scope: scopes, days: expiresInDays, ...repeated }: CreateFlags,
): Promise<void> {
  const body = {
    ...{ name, role, expiresInDays },
    ...(tenant === undefined ? {} : { tenant }),
    ...(scopes === undefined ? {} : { scopes }),
  };
  const made = await client.call('createApiKey', { body, ...repeating(repeated), signal });
  if (!isJson) {
    const about = facts({
      ...{ name: made.name, role: made.role, tenant: made.tenant },
      ...{ scopes: made.scopes.join(' '), expires: made.expiresAt },
    });
    world.stderr.write(`${made.id}\n${about}It is shown this once; nobody keeps it but you.\n`);
  }
  show(made, `${made.key}\n`);
}

function listed(items: readonly ApiKey[]): string {
  const rows = items.map((key) => [
    ...[key.id, key.name, key.tenant === null ? key.role : `${key.role} ${key.tenant}`],
    key.revokedAt === null ? `until ${key.expiresAt}` : `revoked ${key.revokedAt}`,
    key.lastUsedAt ?? 'never',
  ]);
  return table(['key', 'name', 'role', 'valid', 'last used'], rows, 'There is none yet.');
}

function days(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= API_KEY_DAYS_MAX) return count;
  throw new InvalidArgumentError(`Use a whole number from 1 to ${String(API_KEY_DAYS_MAX)}.`);
}
