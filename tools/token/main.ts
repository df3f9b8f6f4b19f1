import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError, Option } from 'commander';
import { findConnectionFile } from '../../src/cli/api-client-connection.js';
import { mintToken } from '../stack/identity.js';
import { stackLayout } from '../stack/layout.js';
import { sentenceOf, StackError } from '../stack/stack-error.js';

const HOURS_MAX = 24 * 30;

interface TokenFlags {
  readonly role: 'tenant' | 'product' | 'operator';
  readonly hours: number;
  readonly json?: boolean;
}

/** Issues an API token with the development stack's key; in production the product's issuer does. */
async function issue(tenant: string | undefined, flags: TokenFlags): Promise<void> {
  const { role, hours } = flags;
  if ((role === 'tenant') !== (tenant !== undefined)) {
    throw new StackError('Name a tenant for the role tenant, and none for the others.');
  }
  const file = findConnectionFile(process.cwd()) ?? findConnectionFile(productRoot());
  if (file === null) throw new StackError('There is no stack here; start one with `make up`.');
  const stateDir = dirname(file);
  const token = await mintToken(stackLayout(dirname(stateDir), stateDir), {
    sub: tenant ?? role,
    role,
    ...(tenant === undefined ? {} : { tenant }),
    ttlMs: hours * 3_600_000,
  });
  process.stdout.write(flags.json === true ? `${JSON.stringify({ token })}\n` : `${token}\n`);
}

function hoursOf(text: string): number {
  const hours = Number(text);
  if (Number.isInteger(hours) && hours >= 1 && hours <= HOURS_MAX) return hours;
  throw new InvalidArgumentError(`Use a whole number from 1 to ${HOURS_MAX}.`);
}

function productRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}

new Command('token')
  .description('Issues an API token with the development stack’s key.')
  .argument('[tenant]', 'whom the token speaks for')
  .addOption(
    new Option('--role <role>', 'what it may do')
      .choices(['tenant', 'product', 'operator'])
      .default('tenant'),
  )
  .option('--hours <count>', 'how long it is valid', hoursOf, 24)
  .option('--json', 'print it as JSON')
  .action(issue)
  .parseAsync()
  .catch((error: unknown) => {
    process.stderr.write(`${sentenceOf(error)}\n`);
    process.exitCode = 1;
  });
