import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CliFailure } from '../cli-failure.js';
import { productRoot } from '../environment.js';
import { EXIT } from '../exit-codes.js';
import type { CommandSet } from '../program.js';

/** Commands of the development stack, which has an entry of its own and all the options. */
const STACK_COMMANDS = {
  up: { says: 'start the development stack, or say that it runs', speaksJson: true },
  down: { says: 'stop the development stack; `up` finds the same instances', speaksJson: false },
  status: { says: 'say what of the development stack runs, and where', speaksJson: true },
  logs: { says: 'show the logs of the development stack', speaksJson: false },
} as const;

interface Forwarded {
  readonly name: string;
  readonly says: string;
  /** Whether the entry takes --json; the others print text alone. */
  readonly speaksJson: boolean;
  /** The entry's path below the built tools, and the arguments that lead. */
  readonly entry: readonly string[];
  readonly before: readonly string[];
}

/** Adds `up`, `down`, `status`, `logs` and `token`, each handed on with its arguments. */
export function addStackCommands(set: CommandSet): void {
  for (const [name, about] of Object.entries(STACK_COMMANDS)) {
    addForwarded(set, { name, ...about, entry: ['stack', 'main.js'], before: [name] });
  }
  const says = 'issue an API token in development, e.g. --tenant alice --minutes 30';
  const token = { name: 'token', says, speaksJson: true };
  addForwarded(set, { ...token, entry: ['token', 'main.js'], before: [] });
}

function addForwarded({ program, world, isJson, exit }: CommandSet, to: Forwarded): void {
  program
    .command(to.name)
    .description(to.says)
    .argument('[arguments...]')
    .allowUnknownOption()
    .helpOption(false)
    .action(async (args: readonly string[]) => {
      const entry = join(productRoot(), 'build', 'dist', 'tools', ...to.entry);
      if (!existsSync(entry)) {
        const sentence = 'ClawDeploy is not built yet: run `make setup` in its repository first.';
        throw new CliFailure(EXIT.failed, sentence);
      }
      const json = isJson && to.speaksJson ? ['--json'] : [];
      exit.code = await runEntry(entry, [...to.before, ...args, ...json], world.signal);
    });
}

/** Runs an entry on this terminal; it is told to end when we are, and ends in its own way. */
function runEntry(entry: string, args: readonly string[], signal: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--enable-source-maps', entry, ...args], {
      stdio: 'inherit',
    });
    const stop = (): void => void child.kill('SIGTERM');
    signal.addEventListener('abort', stop, { once: true });
    child.once('error', reject);
    child.once('exit', (code) => {
      signal.removeEventListener('abort', stop);
      resolve(code ?? EXIT.interrupted);
    });
  });
}
