import { rmSync } from 'node:fs';
import { pause } from '../../src/lib/timers.js';
import type { ChildName } from './child-spec.js';
import { openStateDir } from './files.js';
import type { StackContext } from './context.js';
import { stackLayout } from './layout.js';
import { releaseLock, takeLock } from './lock.js';
import { ManagedChild } from './managed-child.js';
import { choosePorts } from './ports.js';
import { proofOf } from './processes.js';
import type { StackEvent, StartRequest, SupervisorReport } from './protocol.js';
import { endStack } from './shutdown.js';
import { sentenceOf } from './stack-error.js';
import type { StepRunner } from './start-stack.js';
import { stackSpecs, startStack } from './start-stack.js';
import type { StackPhase } from './state.js';
import { writeState } from './state.js';

/**
 * The one process that outlives `make up`: it starts the servers in order, starts again whatever
 * ends, unseals Vault, and on SIGTERM ends everything, Nomad's tasks included.
 *
 * It is started by `upStack` with a channel. While the start goes on, the loss of the channel means
 * that whoever asked is gone, and the start is undone; afterwards it runs on its own.
 */
class Supervisor {
  readonly #stopping = new AbortController();
  #children: ManagedChild[] = [];
  #phase: StackPhase = 'starting';
  #failure: string | null = null;
  #publish = (): void => undefined;

  /** Ends the run: everything is stopped, however far the start has come. */
  stop(): void {
    this.#stopping.abort();
  }

  get isStarting(): boolean {
    return this.#phase === 'starting';
  }

  async run(request: StartRequest): Promise<void> {
    const layout = stackLayout(request.root, request.stateDir);
    const stackId = await openStateDir(layout);
    const { heldBy } = takeLock(layout.lock);
    if (heldBy !== null) {
      report({ kind: 'held', byPid: heldBy.pid });
      return;
    }
    try {
      const leftovers = await endStack(stackId, { spareTasks: true });
      if (leftovers.processes > 0) {
        const text = `ended ${leftovers.processes} processes of a start that was cut off`;
        report({ kind: 'note', text });
      }
      const { ports, notes } = await choosePorts(layout, request.usualPorts);
      for (const text of notes) report({ kind: 'note', text });
      await this.#supervise({ ...request, layout, stackId, ports });
    } catch (error) {
      // A step that was cut off fails in its own words; why it was cut off is what matters.
      this.#failure = this.#stopping.signal.aborted ? null : sentenceOf(error);
    } finally {
      this.#stopping.abort();
      this.#setPhase('stopping');
      await endStack(stackId, { spareTasks: false });
      if (this.#failure === null) rmSync(layout.state, { force: true });
      else this.#setPhase('failed');
      releaseLock(layout.lock);
    }
    if (this.#failure !== null) report({ kind: 'failed', sentence: this.#failure });
  }

  async #supervise(context: StackContext): Promise<void> {
    const { signal } = this.#stopping;
    const startedAt = new Date().toISOString();
    const self = proofOf(process.pid);
    if (self === null) throw new Error('This process is not in /proc.');
    const { edge, withControlPlane, driver, pools } = context;
    const publish = (): void => {
      writeState(context.layout, {
        phase: this.#phase,
        supervisor: self,
        edge,
        driver,
        pools,
        withControlPlane,
        startedAt,
        children: this.#children.map((child) => child.status()),
        failure: this.#failure,
      });
    };
    this.#publish = () => {
      try {
        publish();
      } catch {
        // On a full disk the picture grows old; what it shows must neither end nor start twice.
      }
    };
    this.#children = stackSpecs(context).map(
      (spec) =>
        new ManagedChild(spec, context, () => {
          this.#publish();
        }),
    );
    this.#publish();
    const find = (name: ChildName): ManagedChild => {
      const child = this.#children.find(({ spec }) => spec.name === name);
      if (child === undefined) throw new Error(`There is no process ${name}.`);
      return child;
    };
    const starter = {
      start: (name: ChildName) => find(name).start(signal),
      restart: (name: ChildName) => find(name).restart(signal),
    };
    await startStack(context, starter, { step: runStep, signal });
    if (signal.aborted) return;
    this.#setPhase('running');
    report({ kind: 'ready' });
    await new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => {
        resolve();
      });
    });
  }

  #setPhase(phase: StackPhase): void {
    this.#phase = phase;
    this.#publish();
  }
}

const runStep: StepRunner = async (step, act) => {
  const beganAt = performance.now();
  report({ kind: 'began', step });
  await act();
  report({ kind: 'done', step, tookMs: Math.round(performance.now() - beganAt) });
};

function report(message: SupervisorReport | StackEvent): void {
  process.stdout.write(`${new Date().toISOString()} ${JSON.stringify(message)}\n`);
  if (process.connected) process.send?.(message);
}

async function main(): Promise<void> {
  process.umask(0o022);
  const supervisor = new Supervisor();
  const stop = (): void => {
    supervisor.stop();
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.on('disconnect', () => {
    if (supervisor.isStarting) supervisor.stop();
  });
  const request = await new Promise<StartRequest | null>((resolve) => {
    process.once('message', (message) => {
      // Only upStack of this same version holds the other end of the channel.
      resolve(message as StartRequest);
    });
    process.once('disconnect', () => {
      resolve(null);
    });
  });
  if (request === null) return;
  await supervisor.run(request);
  // The last report must be out before the channel closes.
  await pause(50);
  if (process.connected) process.disconnect();
}

process.on('unhandledRejection', (reason) => {
  process.stdout.write(`unhandled: ${sentenceOf(reason)}\n`);
});

main().then(
  () => process.exit(0),
  (error: unknown) => {
    report({ kind: 'failed', sentence: sentenceOf(error) });
    process.exitCode = 1;
    setTimeout(() => process.exit(1), 100);
  },
);
