import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const ENTRY = join(ROOT, 'src', 'cli', 'main.ts');
const LOADER = import.meta.resolve('tsx');
/** The command from its source: program and first arguments. */
export const COMMAND = [process.execPath, '--import', LOADER, ENTRY] as const;

/** No command of a test takes longer, compiling on a busy machine included, in milliseconds. */
const LIMIT_MS = 60_000;

/** How a command ended and what it printed. */
export interface CommandEnd {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandCall {
  readonly args: readonly string[];
  /** What is piped in; nothing by default. */
  readonly input?: string;
  /** Where it runs; cli.json is looked for from here. */
  readonly cwd: string;
  /** Added to an environment that knows no ClawDeploy and has no screen. */
  readonly env?: Readonly<Record<string, string>>;
  /** Called when it has begun, e.g. to interrupt it. */
  readonly onStart?: (interrupt: () => void) => void;
}

/** Runs the command line from its source, as a process of its own. */
export async function runCommand(call: CommandCall): Promise<CommandEnd> {
  const child = spawn(COMMAND[0], [...COMMAND.slice(1), ...call.args], {
    cwd: call.cwd,
    env: { PATH: process.env['PATH'], HOME: call.cwd, ...call.env },
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  // A command that refuses its arguments ends without reading what is piped in.
  child.stdin.on('error', () => undefined);
  child.stdin.end(call.input ?? '');
  call.onStart?.(() => child.kill('SIGINT'));
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  return { code, stdout, stderr };
}
