import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { usage } from '../cli-failure.js';
import { productRoot } from '../environment.js';
import { EXIT } from '../exit-codes.js';
import type { CommandSet } from '../program.js';

/** Commands of the development stack, which has an entry of its own and all the options. */
const STACK_COMMANDS = {
  up: 'start the development stack, or say that it runs',
  down: 'stop the development stack; `up` finds the same instances again',
  status: 'say what of the development stack runs, and where',
  logs: 'show the logs of the development stack',
} as const;

/** Adds `up`, `down`, `status`, `logs` and `token`, each handed on with its arguments. */
export function addStackCommands(set: CommandSet): void {
  for (const [name, description] of Object.entries(STACK_COMMANDS)) {
    addForwarded(set, { name, description, entry: ['stack', 'main.js'], before: [name] });
  }
  const description = 'issue an API token in development, e.g. for a tenant';
  addForwarded(set, { name: 'token', description, entry: ['token', 'main.js'], before: [] });
}

function addForwarded(
  { program, exit }: CommandSet,
  to: {
    readonly name: string;
    readonly description: string;
    readonly entry: readonly string[];
    readonly before: readonly string[];
  },
): void {
  program
    .command(to.name)
    .description(to.description)
    .argument('[arguments...]')
    .allowUnknownOption()
    .helpOption(false)
    .action(async (args: readonly string[]) => {
      const isJson = program.opts<{ json?: boolean }>().json === true;
      const entry = join(productRoot(), 'build', 'dist', 'tools', ...to.entry);
      if (!existsSync(entry)) throw usage('ClawDeploy is not built yet: run `make setup` first.');
      exit.code = await runEntry(entry, [...to.before, ...args, ...(isJson ? ['--json'] : [])]);
    });
}

/** Runs an entry on this terminal; Ctrl-C reaches it as it reaches us, and it ends in its own way. */
function runEntry(entry: string, args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--enable-source-maps', entry, ...args], {
      stdio: 'inherit',
    });
    child.once('error', reject);
    child.once('exit', (code) => {
      resolve(code ?? EXIT.interrupted);
    });
  });
}
