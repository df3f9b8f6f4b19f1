import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { SERVICE_NODE_ARGS, serviceEntry } from '../../tools/stack/children/control-plane.js';
import type { StackInfo } from '../../tools/stack/stack-info.js';
import { freePort } from './free-port.js';
import { waitFor } from './wait-for.js';

const START_LIMIT_MS = 60_000;

/** A controller beside the stack's own: the same build in a process that nobody starts again. */
export interface SecondController {
  readonly pid: number;
  kill(signal: 'SIGTERM' | 'SIGKILL'): void;
  /** Ends it in whatever way is needed; does nothing when it has ended. */
  stop(): Promise<void>;
}

/** Starts one, and resolves once it works. */
export async function startSecondController(info: StackInfo): Promise<SecondController> {
  const port = await freePort();
  const child = spawn(process.execPath, [...SERVICE_NODE_ARGS, serviceEntry(info), 'controller'], {
    stdio: 'ignore',
    env: { ...info.controlPlaneEnv('controller'), CLAWDEPLOY_HEALTH_PORT: String(port) },
  });
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  };
  const isReady = async (): Promise<boolean> => {
    if (child.exitCode !== null) throw new Error(`it ended with ${String(child.exitCode)}`);
    return (await fetch(`http://127.0.0.1:${String(port)}/readyz`)).ok;
  };
  try {
    await waitFor(isReady, { withinMs: START_LIMIT_MS, describe: 'a second controller' });
  } catch (error) {
    await stop();
    throw error;
  }
  return { pid: child.pid ?? 0, kill: (signal) => child.kill(signal), stop };
}
