import type { ChildProcess } from 'node:child_process';
import { execFile, fork } from 'node:child_process';
import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  rmdirSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { pause } from '../../src/lib/timers.js';
import type { InstanceDriver } from '../setup/driver.js';
import type { Toolchain } from '../setup/toolchain.js';
import { loadToolchain } from '../setup/toolchain.js';
import type { EdgeKind, StackContext } from './context.js';
import { instanceDriver } from './context.js';
import { boundLog, openStateDir, readStackId } from './files.js';
import type { StackLayout } from './layout.js';
import { logFile, stackLayout } from './layout.js';
import { lockHolder } from './lock.js';
import { readPorts } from './ports.js';
import { endProcesses } from './processes.js';
import type { StackEvent, StartRequest, SupervisorReport } from './protocol.js';
import { endStack } from './shutdown.js';
import { StackError } from './stack-error.js';
import type { StackInfo } from './stack-info.js';
import { describeStack } from './stack-info.js';
import type { StackState } from './state.js';
import { readState } from './state.js';

const run = promisify(execFile);

/** Longer than all farewells of an orderly stop together. */
const STOP_LIMIT_MS = 90_000;
const FOLLOW_LIMIT_MS = 180_000;

/** How to start a stack; everything but `root` has the defaults of `make up`. */
export interface UpOptions {
  /** The repository: its configuration templates, its build and its toolchain. */
  readonly root: string;
  /** Where the state lies; `<root>/.clawdeploy` by default. Tests use a short temporary path. */
  readonly stateDir?: string;
  readonly edge?: EdgeKind;
  /** False starts the servers and the edge only. */
  readonly withControlPlane?: boolean;
  /** What this user may use by default; as root a test may ask for what the others get. */
  readonly driver?: InstanceDriver;
  readonly pools?: string;
  readonly extraEnv?: Readonly<Record<string, string>>;
  /** Prefer the port numbers people know (4646, 8200, …); private stacks take any free ones. */
  readonly usualPorts?: boolean;
  /** Instead of the toolchain that `make setup` recorded for `root`. */
  readonly toolchain?: Toolchain;
  readonly progress?: (event: StackEvent) => void;
  /** Ends the start; what was started is stopped again before `upStack` throws. */
  readonly signal?: AbortSignal;
}

/**
 * Starts the development stack and resolves when all of it is healthy.
 *
 * A stack that runs already is described, not started again; one that another process is starting
 * is waited for. Throws a `StackError` with one sentence when it cannot be started, and leaves
 * nothing running then.
 */
export async function upStack(options: UpOptions): Promise<StackInfo> {
  const { root } = options;
  const layout = stackLayout(root, options.stateDir);
  const toolchain = options.toolchain ?? (await loadToolchain(root));
  await openStateDir(layout);
  const request: StartRequest = {
    kind: 'start',
    root: layout.root,
    stateDir: layout.stateDir,
    edge: options.edge ?? 'caddy',
    withControlPlane: options.withControlPlane ?? true,
    driver: options.driver ?? instanceDriver(),
    pools: options.pools ?? 's=2',
    extraEnv: options.extraEnv ?? {},
    usualPorts: options.usualPorts ?? false,
    toolchain,
  };
  const running = lockHolder(layout.lock);
  if (running !== null) return follow(request, options);
  const outcome = await startSupervisor(request, options);
  return outcome === 'held' ? follow(request, options) : describe(request, false);
}

/** Stops the stack in `stateDir`. `purge` also deletes its state, instances' data included. */
export async function downStack(
  stateDir: string,
  { purge = false }: { readonly purge?: boolean } = {},
): Promise<{ readonly wasRunning: boolean }> {
  const layout = stackLayout(stateDir, stateDir);
  const stackId = readStackId(layout);
  const supervisor = lockHolder(layout.lock);
  if (supervisor !== null) {
    await endProcesses([supervisor], { signal: 'SIGTERM', graceMs: STOP_LIMIT_MS });
  }
  // Whatever a killed supervisor left behind, too.
  const ended =
    stackId === null ? { processes: 0 } : await endStack(stackId, { spareTasks: false });
  rmSync(layout.state, { force: true });
  if (purge) {
    await unmountBelow(layout.stateDir);
    deleteState(layout);
  }
  return { wasRunning: supervisor !== null || ended.processes > 0 };
}

/** Deletes what the stack made; what `make setup` wrote into the same folder stays. */
function deleteState(layout: StackLayout): void {
  const { stamp, ports, run: runDir, logs, config, secrets, data, jwks, cli } = layout;
  const ownLogs = existsSync(logs) ? readdirSync(logs).filter((name) => isStackLog(name)) : [];
  const ownLogPaths = ownLogs.map((name) => join(logs, name));
  for (const path of [...ownLogPaths, data, secrets, config, runDir, ports, jwks, cli, stamp]) {
    rmSync(path, { recursive: true, force: true });
  }
  if (existsSync(logs) && readdirSync(logs).length === 0) rmdirSync(logs);
  if (existsSync(layout.stateDir) && readdirSync(layout.stateDir).length === 0) {
    rmdirSync(layout.stateDir);
  }
}

function isStackLog(name: string): boolean {
  return name.endsWith('.log') || name.endsWith('.log.1');
}

/** What the supervisor of the stack in `stateDir` last wrote; null when it does not run. */
export function stackStatus(stateDir: string): StackState | null {
  const layout = stackLayout(stateDir, stateDir);
  const state = readState(layout);
  if (state?.phase === 'failed') return state;
  return lockHolder(layout.lock) === null ? null : state;
}

async function startSupervisor(
  request: StartRequest,
  { progress, signal }: UpOptions,
): Promise<'ready' | 'held'> {
  if (signal?.aborted === true) throw new StackError('The start was stopped.');
  const supervisor = spawnSupervisor(request);
  const stop = (): void => {
    supervisor.kill('SIGTERM');
  };
  signal?.addEventListener('abort', stop, { once: true });
  try {
    return await new Promise<'ready' | 'held'>((resolve, reject) => {
      supervisor.on('message', (message) => {
        // Only the supervisor of this same version holds the other end of the channel.
        const report = message as SupervisorReport;
        if (report.kind === 'ready') resolve('ready');
        else if (report.kind === 'held') resolve('held');
        else if (report.kind === 'failed') reject(new StackError(report.sentence));
        else progress?.(report);
      });
      supervisor.once('error', reject);
      supervisor.once('exit', () => {
        const isStopped = signal?.aborted === true;
        const sentence = isStopped
          ? 'The start was stopped; nothing is left running.'
          : 'The supervisor ended before the stack was up; see logs/supervisor.log.';
        reject(new StackError(sentence));
      });
      supervisor.send(request);
    });
  } finally {
    signal?.removeEventListener('abort', stop);
    if (supervisor.connected) supervisor.disconnect();
    supervisor.unref();
  }
}

/** Detached: its own session, so that neither Ctrl-C nor a closed terminal reaches it. */
function spawnSupervisor(request: StartRequest): ChildProcess {
  const layout = stackLayout(request.root, request.stateDir);
  const isSource = import.meta.url.endsWith('.ts');
  const entry = new URL(isSource ? './supervisor.ts' : './supervisor.js', import.meta.url);
  const log = logFile(layout, 'supervisor');
  boundLog(log);
  const output = openSync(log, 'a', 0o600);
  try {
    return fork(fileURLToPath(entry), {
      cwd: layout.root,
      detached: true,
      execArgv: isSource ? ['--import', 'tsx'] : ['--enable-source-maps'],
      env: { PATH: process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin', HOME: layout.run },
      stdio: ['ignore', output, output, 'ipc'],
    });
  } finally {
    closeSync(output);
  }
}

/** Waits for the stack that someone else started or is starting. */
async function follow(request: StartRequest, { progress, signal }: UpOptions): Promise<StackInfo> {
  const layout = stackLayout(request.root, request.stateDir);
  const endAt = performance.now() + FOLLOW_LIMIT_MS;
  const holder = lockHolder(layout.lock);
  progress?.({ kind: 'note', text: `it is already up or starting (pid ${holder?.pid ?? '?'})` });
  while (performance.now() < endAt && signal?.aborted !== true) {
    const isHeld = lockHolder(layout.lock) !== null;
    const state = readState(layout);
    if (isHeld && state?.phase === 'running') {
      const text = ignoredWishes(request, state);
      if (text !== null) progress?.({ kind: 'note', text });
      return describe({ ...request, edge: state.edge, driver: state.driver }, true);
    }
    if (!isHeld) {
      throw new StackError(state?.failure ?? 'The other start was given up; run `make up` again.');
    }
    await pause(100, signal);
  }
  throw new StackError('The other start is still not done; see `make status` and `make logs`.');
}

/** What was asked for and is not so, because the stack was started with something else. */
export function ignoredWishes(
  wished: Pick<StartRequest, 'edge' | 'pools'>,
  running: Pick<StackState, 'edge' | 'pools'>,
): string | null {
  const settings = { edge: 'EDGE', pools: 'CLAWDEPLOY_POOLS' } as const;
  const others = (['edge', 'pools'] as const).filter((part) => wished[part] !== running[part]);
  if (others.length === 0) return null;
  const runs = others.map((part) => `${settings[part]}=${running[part]}`).join(' and ');
  const asked = others.map((part) => `${settings[part]}=${wished[part]}`).join(' and ');
  return `it runs with ${runs}; for ${asked} call \`make down\` first`;
}

function describe(request: StartRequest, wasRunning: boolean): StackInfo {
  const layout = stackLayout(request.root, request.stateDir);
  const ports = readPorts(layout);
  const stackId = readStackId(layout);
  if (ports === null || stackId === null) throw new StackError('The stack left no description.');
  const context: StackContext = { ...request, layout, ports, stackId };
  return describeStack(context, wasRunning);
}

/**
 * Takes away the mounts that Nomad made for its tasks (secrets in memory, the shared folder), so
 * that deleting the state folder deletes nothing that only appears to lie in it.
 */
async function unmountBelow(folder: string): Promise<void> {
  for (const point of mountsBelow(folder)) await run('umount', [point]).catch(() => undefined);
  const left = mountsBelow(folder);
  if (left.length === 0) return;
  throw new StackError(`${left[0]} is still mounted; unmount it and run the command again.`);
}

/** Deepest first. */
function mountsBelow(folder: string): string[] {
  const points = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => (line.split(' ')[4] ?? '').replaceAll('\\040', ' '));
  return points
    .filter((point) => point.startsWith(join(folder, '/')))
    .sort((a, b) => b.length - a.length);
}
