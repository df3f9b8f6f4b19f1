import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { backoffMs } from '../../src/lib/backoff.js';
import { deadline, pause } from '../../src/lib/timers.js';
import type { ChildCommand, ChildSpec } from './child-spec.js';
import type { StackContext } from './context.js';
import { boundLog } from './files.js';
import { logFile } from './layout.js';
import type { ProcessProof } from './processes.js';
import { isAlive, markedEnvironment, proofOf, sendSignal } from './processes.js';
import { StackError } from './stack-error.js';
import type { ChildStatus } from './state.js';

const STARTING_PROBE_MS = 100;
/**
 * A core dump would put secrets on a disk. The shell becomes the program, under the same id, and
 * passes nothing on of what it sets by itself.
 */
const WITHOUT_CORE_DUMPS = 'ulimit -c 0; unset PWD OLDPWD SHLVL; exec "$0" "$@"';
const STEADY_PROBE_MS = 2_000;
const PROBE_LIMIT_MS = 5_000;

/** A process that stayed up this long has recovered: its next failure is a first one again. */
const STABLE_AFTER_MS = 60_000;

/** How often a process may end before it was ever healthy until the start is given up. */
const FIRST_ATTEMPTS_MAX = 3;

const LOG_LINES_SHOWN = 5;

/** One process of the stack: started, probed, and started again whenever it ends. */
export class ManagedChild {
  #process: ProcessProof | null = null;
  #startedAt: string | null = null;
  #restarts = 0;
  #isHealthy = false;
  #wasHealthy = false;
  #lastProblem: unknown = null;

  constructor(
    readonly spec: ChildSpec,
    private readonly context: StackContext,
    private readonly onChange: () => void,
  ) {}

  /** What `status` shows. */
  status(): ChildStatus {
    return {
      name: this.spec.name,
      process: this.#process,
      startedAt: this.#startedAt,
      restarts: this.#restarts,
      port: this.spec.port,
      isHealthy: this.#isHealthy,
    };
  }

  /**
   * Starts the process and keeps it running until `signal` fires; it is then left to whoever ends
   * the stack. Resolves once it is healthy for the first time; throws the sentence that says why it
   * never was.
   */
  async start(signal: AbortSignal): Promise<void> {
    const limit = deadline(this.spec.startLimitMs, signal);
    const kept = this.#keepRunning(signal);
    while (!this.#wasHealthy) {
      const outcome = await Promise.race([kept, pause(STARTING_PROBE_MS, limit)]);
      if (signal.aborted) throw new StackError('The start was stopped.');
      if (this.#wasHealthy) break;
      if (outcome instanceof Error) throw outcome;
      // What a person has to mend does not mend itself while they wait.
      if (this.#lastProblem instanceof StackError) throw this.#lastProblem;
      if (limit.aborted) throw this.#startFault('did not become healthy in time');
    }
  }

  /** Ends the process, which is then started anew; resolves once the new one is healthy. */
  async restart(signal: AbortSignal): Promise<void> {
    const before = this.#process;
    if (before !== null) sendSignal(before, 'SIGTERM');
    const limit = deadline(this.spec.startLimitMs, signal);
    while (this.#process === null || this.#process === before || !this.#isHealthy) {
      if (signal.aborted) throw new StackError('The start was stopped.');
      if (limit.aborted) throw this.#startFault('did not come back in time');
      await pause(STARTING_PROBE_MS, limit);
    }
    this.#restarts = 0;
  }

  /** Runs until `signal` fires; hands back an error when the process never got to its feet. */
  async #keepRunning(signal: AbortSignal): Promise<Error | null> {
    let failures = 0;
    while (!signal.aborted) {
      const upMs = await this.#runOnce(signal).catch((error: unknown) => {
        this.#lastProblem = error;
        return 0;
      });
      if (signal.aborted) return null;
      failures = upMs > STABLE_AFTER_MS ? 1 : failures + 1;
      const isBroken = this.#lastProblem instanceof StackError || failures >= FIRST_ATTEMPTS_MAX;
      if (!this.#wasHealthy && isBroken) return this.#startFault('ended right after its start');
      await pause(backoffMs(failures), signal);
      this.#restarts += 1;
    }
    return null;
  }

  async #runOnce(signal: AbortSignal): Promise<number> {
    const command = await this.spec.command();
    if (signal.aborted) return 0;
    const beganAt = performance.now();
    const { child, gone } = this.#spawn(command);
    this.#startedAt = new Date().toISOString();
    this.#process = child.pid === undefined ? null : proofOf(child.pid);
    this.onChange();
    const ended = new AbortController();
    void gone.then(() => {
      ended.abort();
    });
    await this.#probe(AbortSignal.any([signal, ended.signal]));
    if (signal.aborted) return 0;
    await gone;
    this.#process = null;
    this.#setHealthy(false);
    return performance.now() - beganAt;
  }

  #spawn(command: ChildCommand): { child: ChildProcess; gone: Promise<void> } {
    const { layout, stackId } = this.context;
    const log = logFile(layout, this.spec.name);
    boundLog(log);
    const output = openSync(log, 'a', 0o600);
    const child = spawn('/bin/sh', ['-c', WITHOUT_CORE_DUMPS, command.file, ...command.args], {
      cwd: layout.run,
      env: { ...markedEnvironment(stackId, this.spec.name), HOME: layout.run, ...command.env },
      stdio: ['ignore', output, output],
    });
    closeSync(output);
    const gone = new Promise<void>((resolve) => {
      child.once('exit', () => {
        resolve();
      });
      child.once('error', (error) => {
        this.#lastProblem = error;
        resolve();
      });
    });
    return { child, gone };
  }

  /** Asks for its health until `signal` fires: often while it starts, seldom once it runs. */
  async #probe(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        this.#setHealthy(await this.spec.isHealthy(deadline(PROBE_LIMIT_MS, signal)));
      } catch (error) {
        if (!signal.aborted) this.#lastProblem = error;
        this.#setHealthy(false);
      }
      boundLog(logFile(this.context.layout, this.spec.name));
      await pause(this.#isHealthy ? STEADY_PROBE_MS : STARTING_PROBE_MS, signal);
    }
  }

  #setHealthy(isHealthy: boolean): void {
    this.#wasHealthy ||= isHealthy;
    if (this.#isHealthy === isHealthy) return;
    this.#isHealthy = isHealthy;
    this.onChange();
  }

  #startFault(what: string): StackError {
    if (this.#lastProblem instanceof StackError) return this.#lastProblem;
    const log = logFile(this.context.layout, this.spec.name);
    const state = this.#process !== null && isAlive(this.#process) ? ' (it still runs)' : '';
    return new StackError(
      `${this.spec.name} ${what}${state}; the end of ${log}:\n${lastLines(log)}`,
      this.#lastProblem,
    );
  }
}

function lastLines(log: string): string {
  const lines = readFileSync(log, 'utf8').trimEnd().split('\n').slice(-LOG_LINES_SHOWN);
  return lines.map((line) => `    ${line.slice(0, 300)}`).join('\n');
}
