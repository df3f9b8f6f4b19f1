import type { AllocationPhase, AllocationView } from '../../ports/index.js';
import type { AllocationStub, PlacementMetric } from './wire.js';

const PHASES: readonly string[] = ['pending', 'running', 'complete', 'failed', 'lost', 'unknown'];
/** How many events of a task, and how many characters of them, tell an operator what happened. */
const EVENTS_SHOWN = 3;
const EVENT_LINE_MAX = 300;
const NS_PER_MS = 1_000_000;

/** Allocations in our words, newest first. */
export function viewsOf(stubs: readonly AllocationStub[]): readonly AllocationView[] {
  return [...stubs].sort((a, b) => b.CreateIndex - a.CreateIndex).map(viewOf);
}

function viewOf(stub: AllocationStub): AllocationView {
  const tasks = Object.values(stub.TaskStates ?? {});
  const events = tasks.flatMap(({ Events }) => Events ?? []);
  const line = events
    .slice(-EVENTS_SHOWN)
    .map(({ Type, DisplayMessage }) =>
      DisplayMessage === null || DisplayMessage === undefined || DisplayMessage === ''
        ? Type
        : `${Type}: ${DisplayMessage}`,
    )
    .join('; ');
  return {
    id: stub.ID,
    nodeId: stub.NodeID,
    placedAt: new Date(stub.CreateTime / NS_PER_MS),
    phase: isPhase(stub.ClientStatus) ? stub.ClientStatus : 'unknown',
    isWanted: stub.DesiredStatus === 'run',
    startedAt: startedAtOf(tasks.map(({ StartedAt }) => StartedAt ?? null)),
    isRestarting: isRestarting(events.map(({ Type }) => Type)),
    restarts: Math.max(0, ...tasks.map(({ Restarts }) => Restarts)),
    exitCode: exitCodeOf(events),
    lastEvent: line === '' ? null : line.slice(0, EVENT_LINE_MAX),
  };
}

/** The latest start of its tasks. Nomad's "never" is the first day of the calendar. */
function startedAtOf(starts: readonly (string | null)[]): Date | null {
  const times = starts.flatMap((start) => (start === null ? [] : [Date.parse(start)]));
  const latest = Math.max(0, ...times.filter((time) => !Number.isNaN(time)));
  return latest === 0 ? null : new Date(latest);
}

/** Whether a restart was asked for and nothing was started since; events come oldest first. */
function isRestarting(types: readonly string[]): boolean {
  return types.lastIndexOf('Restart Signaled') > types.lastIndexOf('Started');
}

/** The code of the last ending that Nomad tells of. */
function exitCodeOf(
  events: readonly { readonly Details?: Readonly<Record<string, string>> | null | undefined }[],
): number | null {
  const codes = events.flatMap(({ Details }) => Details?.['exit_code'] ?? []);
  const last = codes.at(-1);
  return last === undefined ? null : Number(last);
}

/** A later Nomad may know more phases than we do. */
function isPhase(status: string): status is AllocationPhase {
  return PHASES.includes(status);
}

/** Why nodes were passed over, e.g. "memory exhausted on 1 node", most frequent reason first. */
export function sentenceOf(metric: PlacementMetric): string {
  if (metric.NodesEvaluated === 0) {
    return metric.NodesInPool === 0 ? 'no node in its node pool' : 'no node is eligible';
  }
  const reasons = [
    ...Object.entries(metric.DimensionExhausted ?? {}).map(
      ([what, nodes]) => [nodes, `${what} exhausted on ${nodesOf(nodes)}`] as const,
    ),
    ...Object.entries(metric.ConstraintFiltered ?? {}).map(
      ([what, nodes]) => [nodes, `${what} not met by ${nodesOf(nodes)}`] as const,
    ),
  ].sort(([a], [b]) => b - a);
  if (reasons.length === 0) return `${nodesOf(metric.NodesFiltered)} passed over`;
  return reasons.map(([, reason]) => reason).join(', ');
}

function nodesOf(count: number): string {
  return count === 1 ? '1 node' : `${String(count)} nodes`;
}
