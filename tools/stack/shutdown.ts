import { pause } from '../../src/lib/timers.js';
import type { MarkedProcess, ProcessProof } from './processes.js';
import { descendantsOf, endProcesses, findMarked, isAlive } from './processes.js';

/** How each kind of process is asked to end, and for how long it may take. */
interface Farewell {
  readonly signal: NodeJS.Signals;
  readonly graceMs: number;
}

const DEFAULT_FAREWELL: Farewell = { signal: 'SIGTERM', graceMs: 15_000 };

const FAREWELLS: Readonly<Record<string, Farewell>> = {
  // Fast shutdown: SIGTERM would wait for every client to leave.
  postgres: { signal: 'SIGINT', graceMs: 15_000 },
  // Caddy waits 5 s for open streams.
  edge: { signal: 'SIGTERM', graceMs: 8_000 },
  // Ends within a second, but does not listen while it starts; its log on disk outlives a kill.
  consul: { signal: 'SIGTERM', graceMs: 4_000 },
  // With leave_on_terminate off, Nomad leaves its tasks running.
  nomad: { signal: 'SIGTERM', graceMs: 20_000 },
};

/** A gateway that is idle ends within two seconds; one in the middle of a turn is cut off here. */
const TASK_GRACE_MS = 10_000;

/** Front to back: nobody asks a server that has just gone. `tasks` stands for what Nomad runs. */
const ORDER: readonly (readonly string[])[] = [
  ['edge', 'api', 'controller', 'worker', 'migrate'],
  ['stub-model', 'nomad'],
  ['tasks'],
  ['vault', 'consul', 'redis', 'postgres', 'initdb'],
];

/** What `endStack` ended. */
export interface Ended {
  readonly processes: number;
  /** How many had to be killed. */
  readonly killed: number;
}

/**
 * Ends every process that carries `stackId`, front to back.
 *
 * Nomad's agent goes before its tasks: a task that ends while the agent watches is restarted or
 * counted as failed, but one that ends later is found dead at the next start and revived in the
 * same allocation, with its folder. `spareTasks` leaves them running, for a start that follows.
 */
export async function endStack(
  stackId: string,
  { spareTasks }: { readonly spareTasks: boolean },
): Promise<Ended> {
  let processes = 0;
  let killed = 0;
  for (const names of ORDER) {
    if (names.includes('tasks')) {
      if (spareTasks) continue;
      const tasks = await endTasks(stackId);
      processes += tasks.processes;
      killed += tasks.killed;
      continue;
    }
    const marked = findMarked(stackId).filter(({ child }) => names.includes(child ?? ''));
    const roots = marked.filter(({ parentPid }) => !marked.some(({ pid }) => pid === parentPid));
    const outcomes = await Promise.all(
      roots.map((root) => endProcesses([root], FAREWELLS[root.child ?? ''] ?? DEFAULT_FAREWELL)),
    );
    processes += roots.length;
    killed += outcomes.reduce((sum, count) => sum + count, 0);
    // Helpers of an ended server (PostgreSQL's backends) leave by themselves, or are made to.
    await endProcesses(marked.filter(isAlive), { signal: 'SIGTERM', graceMs: 3_000 });
  }
  return { processes, killed };
}

async function endTasks(stackId: string): Promise<Ended> {
  const tasks = findMarked(stackId).filter(({ child }) => child === null);
  const helpers = tasks.filter(({ isNomadHelper }) => isNomadHelper);
  // A task may clear its environment, but it cannot leave its executor's descendants.
  const all = distinct([...tasks.filter((task) => !task.isNomadHelper), ...descendantsOf(helpers)]);
  const mains = all.filter((task) => isMain(task, tasks, helpers));
  await endProcesses(mains, { signal: 'SIGTERM', graceMs: TASK_GRACE_MS });
  const stubborn = all.filter(isAlive);
  await endProcesses(stubborn, { signal: 'SIGKILL', graceMs: 5_000 });
  await pause(50);
  await endProcesses(helpers, { signal: 'SIGKILL', graceMs: 5_000 });
  return { processes: all.length, killed: stubborn.length };
}

/** The process that Nomad itself would signal: what an executor started directly. */
function isMain(
  task: ProcessProof,
  tasks: readonly MarkedProcess[],
  helpers: readonly MarkedProcess[],
): boolean {
  const parentPid = tasks.find(({ pid }) => pid === task.pid)?.parentPid;
  return helpers.some(({ pid }) => pid === parentPid);
}

function distinct(processes: readonly ProcessProof[]): ProcessProof[] {
  return [...new Map(processes.map(({ pid, startTicks }) => [pid, { pid, startTicks }])).values()];
}
