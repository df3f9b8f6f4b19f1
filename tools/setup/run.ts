import { execFile, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { deadline } from '../../src/lib/timers.js';
import { explainFailure } from './explain-failure.js';
import { SetupFailure, refuseIfInterrupted } from './setup-failure.js';

const ASK_LIMIT_MS = 20_000;
const KILL_GRACE_MS = 3_000;
const TAIL_LINES = 12;

const execFileAsync = promisify(execFile);

/** A program to run to its end, for what it leaves on disk. */
export interface Command {
  /** What it does, for the sentence when it fails: "building Nomad". */
  readonly doing: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** All that it writes goes there, after a line that says what was run. */
  readonly log: string;
  /** When to give up. */
  readonly limitMs: number;
  readonly signal: AbortSignal;
  readonly onLine: (line: string) => void;
}

/**
 * Runs a program in a process group of its own, so that it and all its children can be ended at
 * once: on Ctrl-C and past the limit the group gets SIGTERM, and three seconds later SIGKILL.
 */
export async function run(command: Command): Promise<void> {
  refuseIfInterrupted(command.signal);
  await mkdir(dirname(command.log), { recursive: true, mode: 0o700 });
  const log = createWriteStream(command.log, { flags: 'a', mode: 0o600 });
  log.on('error', () => {
    // A log that cannot be written (a full disk) must not hide what the program itself says.
  });
  log.write(`$ ${command.file} ${command.args.join(' ')}\n`);
  const tail: string[] = [];
  try {
    await toItsEnd(command, (line) => {
      log.write(`${line}\n`);
      tail.push(line);
      if (tail.length > TAIL_LINES) tail.shift();
      command.onLine(line);
    });
  } catch (error) {
    refuseIfInterrupted(command.signal);
    const reason = error instanceof Error ? error.message : String(error);
    const sentence = explainFailure(command.doing, [...tail, reason]);
    throw new SetupFailure(sentence, { tail, log: command.log, cause: error });
  } finally {
    log.end();
  }
}

/** What a program prints in answer to a short question, both streams; null when it does not run. */
export async function ask(
  file: string,
  args: readonly string[],
  options: { readonly env?: NodeJS.ProcessEnv; readonly signal: AbortSignal },
): Promise<string | null> {
  try {
    const { stdout, stderr } = await execFileAsync(file, [...args], {
      env: options.env ?? process.env,
      signal: options.signal,
      timeout: ASK_LIMIT_MS,
      maxBuffer: 4 * 1024 ** 2,
    });
    return `${stdout}\n${stderr}`;
  } catch {
    refuseIfInterrupted(options.signal);
    // Not there, not executable, or broken: to the caller all three mean "not usable".
    return null;
  }
}

function toItsEnd(command: Command, onLine: (line: string) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command.file, command.args, {
      cwd: command.cwd,
      env: command.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const limit = deadline(command.limitMs);
    const ending = AbortSignal.any([command.signal, limit]);
    let kill: NodeJS.Timeout | undefined;
    const end = (): void => {
      signalGroup(child.pid, 'SIGTERM');
      kill = setTimeout(() => signalGroup(child.pid, 'SIGKILL'), KILL_GRACE_MS);
    };
    ending.addEventListener('abort', end, { once: true });
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', onLine);
    }
    child.on('error', reject);
    child.on('close', (code, signal) => {
      ending.removeEventListener('abort', end);
      clearTimeout(kill);
      if (code === 0) resolve();
      else if (limit.aborted)
        reject(new Error(`it took longer than ${command.limitMs / 60_000} min`));
      else reject(new Error(signal === null ? `exit code ${code ?? '?'}` : `ended by ${signal}`));
    });
  });
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // The group is gone, which is what was wanted.
  }
}
