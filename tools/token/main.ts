import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { findConnectionFile } from '../../src/cli/connection-file.js';
import type { TokenSubject } from '../stack/identity.js';
import { mintToken } from '../stack/identity.js';
import { stackLayout } from '../stack/layout.js';
import { sentenceOf, StackError } from '../stack/stack-error.js';

/** Thirty days: as long as the stack's own operator token. */
const MINUTES_MAX = 30 * 24 * 60;
/** Exit codes as docs/cli.md lists them. */
const FAILED = 1;
const USAGE = 2;

interface TokenFlags {
  readonly tenant?: string;
  readonly role: TokenSubject['role'];
  readonly scope?: readonly string[];
  readonly minutes: number;
  readonly json?: boolean;
}

/** Issues an API token with the development stack's key; in production the product's issuer does. */
async function issue({ tenant, role, scope, minutes, json }: TokenFlags): Promise<void> {
  if ((role === 'tenant') !== (tenant !== undefined)) {
    process.stderr.write('Name a tenant for the role tenant, and none for the others.\n');
    process.exitCode = USAGE;
    return;
  }
  const file = findConnectionFile(process.cwd()) ?? findConnectionFile(productRoot());
  if (file === null) throw new StackError('There is no stack here; start one with `make up`.');
  const stateDir = dirname(file);
  const token = await mintToken(stackLayout(dirname(stateDir), stateDir), {
    sub: tenant ?? role,
    role,
    ...(tenant === undefined ? {} : { tenant }),
    ...(scope === undefined ? {} : { scopes: scope }),
    ttlMs: minutes * 60_000,
  });
  process.stdout.write(json === true ? `${JSON.stringify({ token })}\n` : `${token}\n`);
}

function minutesOf(text: string): number {
  const minutes = Number(text);
  if (Number.isInteger(minutes) && minutes >= 1 && minutes <= MINUTES_MAX) return minutes;
  throw new InvalidArgumentError(`Use a whole number from 1 to ${MINUTES_MAX}.`);
}

function productRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}

new Command('clawdeploy token')
  .description('Issues an API token with the development stack’s key.')
  .option('--tenant <name>', 'whom a token of the role tenant speaks for')
  .addOption(
    new Option('--role <role>', 'what it may do')
      .choices(['tenant', 'product', 'operator', 'auditor'])
      .default('tenant'),
  )
  .option(
    '--scope <scopes...>',
    'what it is narrowed to, e.g. instances:read; all of its role by default',
  )
  .option('--minutes <count>', 'how long it is valid', minutesOf, 60)
  .option('--json', 'print it as JSON')
  .exitOverride()
  .action(issue)
  .parseAsync()
  .catch((error: unknown) => {
    if (error instanceof CommanderError) {
      // It has printed its own sentence, or the help that was asked for.
      process.exitCode = error.exitCode === 0 ? 0 : USAGE;
      return;
    }
    process.stderr.write(`${sentenceOf(error)}\n`);
    process.exitCode = FAILED;
  });
