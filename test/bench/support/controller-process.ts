import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Fault } from '../../../src/errors/index.js';
import type { OutsidePorts } from './bench-controller.js';
import type { RemoteAnswer } from './remote-ports.js';
import { RemoteCall } from './remote-ports.js';

const SCRIPT = join(dirname(fileURLToPath(import.meta.url)), 'controller-child.ts');
const CALL_LIMIT_MS = 60_000;

/** Decides about a call: true kills the process that made it, which then hears nothing any more. */
export interface Killer {
  before(call: RemoteCall): Promise<boolean>;
  after(call: RemoteCall): Promise<boolean>;
}

/** A controller that runs in a process of its own, over a fleet in this one. */
export class ControllerProcess {
  readonly #child: ChildProcess;
  readonly #over = new AbortController();
  readonly #started: Promise<void>;

  constructor(
    url: string,
    private readonly ports: OutsidePorts,
    private readonly killer: Killer,
  ) {
    this.#child = spawn(process.execPath, ['--import', 'tsx', SCRIPT, url], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#child.once('exit', () => this.#over.abort());
    this.#started = new Promise((resolve, reject) => {
      this.#child.once('exit', () => reject(new Error('a controller ended before it started')));
      this.#child.on('message', (message) => {
        if (message === 'started') resolve();
        else void this.#carryOut(RemoteCall.parse(message));
      });
    });
    // Whoever waits for the start hears of a failure; nobody else has to.
    this.#started.catch(() => undefined);
  }

  started(): Promise<void> {
    return this.#started;
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  async kill(): Promise<void> {
    if (!this.isAlive) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }

  async #carryOut(call: RemoteCall): Promise<void> {
    // What a process sent before it was killed is lost with it.
    if (!this.isAlive || this.#child.killed) return;
    if (await this.killer.before(call)) return this.kill();
    const answer = await this.#answerTo(call);
    if (this.#child.killed) return;
    if (await this.killer.after(call)) return this.kill();
    if (this.#child.connected) this.#child.send(answer);
  }

  async #answerTo({ call, port, method, parameters }: RemoteCall): Promise<RemoteAnswer> {
    const signal = AbortSignal.any([this.#over.signal, AbortSignal.timeout(CALL_LIMIT_MS)]);
    const target: object = this.ports[port];
    const work: unknown = Reflect.get(target, method, target);
    try {
      if (typeof work !== 'function') throw new Error(`${port} has no ${method}`);
      return { call, value: await Reflect.apply(work, target, [...parameters, signal]) };
    } catch (error) {
      const code = error instanceof Fault ? error.code : 'internal';
      return { call, fault: { code, sentence: String(error) } };
    }
  }
}
