import { isAlive } from './processes.js';
import type { StackLayout } from './layout.js';
import { secretFile } from './layout.js';
import { readText } from './files.js';
import { callApi } from './http.js';
import { field, textField } from './json.js';
import type { StackPorts } from './ports.js';
import type { ChildStatus, StackState } from './state.js';

const INSTANCES_SHOWN = 100;

/** Pools and instances as the control plane counts them; null when it does not answer. */
export interface FleetSummary {
  readonly pools: readonly string[];
  readonly instances: readonly string[];
}

/** How the stack is in one sentence, with the processes that are not well by name. */
export function renderHeadline(state: StackState): string {
  const unwell = state.children.filter((child) => health(child) !== 'ok').map(({ name }) => name);
  const but =
    state.phase === 'running' && unwell.length > 0 ? `, but not ${unwell.join(', ')}` : '';
  return `The stack is ${state.phase}${but} (edge: ${state.edge}, driver: ${state.driver}).`;
}

/** The processes of the stack as a table. */
export function renderProcesses(state: StackState, now: Date): string {
  const rows = state.children.map((child) => [
    child.name,
    health(child),
    child.process === null ? '–' : String(child.process.pid),
    uptime(child, now),
    String(child.restarts),
    String(child.port),
  ]);
  return table([['process', 'health', 'pid', 'up', 'restarts', 'port'], ...rows]);
}

/** Asks the API what it looks after, as the operator. */
export async function readFleet(
  layout: StackLayout,
  ports: StackPorts,
): Promise<FleetSummary | null> {
  const token = readText(secretFile(layout, 'operator.token'));
  const headers = { authorization: `Bearer ${token ?? ''}` };
  const ask = async (path: string): Promise<readonly unknown[]> => {
    const url = `http://127.0.0.1:${ports.api}${path}`;
    const reply = await callApi(url, { headers, limitMs: 3_000 });
    const items = field(reply.json, 'items');
    if (!Array.isArray(items)) throw new Error(`${path} answered ${reply.status}`);
    return items as readonly unknown[];
  };
  try {
    const [pools, instances] = await Promise.all([
      ask('/v1/pools'),
      ask(`/v1/instances?limit=${INSTANCES_SHOWN}`),
    ]);
    const living = instances.filter((instance) => textField(instance, 'state') !== 'deleted');
    return { pools: pools.map(poolLine), instances: living.map(instanceLine) };
  } catch {
    // The table of processes says already that the API is not there.
    return null;
  }
}

function poolLine(pool: unknown): string {
  const counts = Object.entries(field(pool, 'counts') ?? {})
    .filter(([state, count]) => count !== 0 && state !== 'deleted')
    .map(([state, count]) => `${String(count)} ${state}`);
  const hold = textField(pool, 'hold');
  const target = `target ${textField(pool, 'idleTarget')} idle`;
  return [textField(pool, 'id'), target, ...counts, ...(hold === '' ? [] : [`held: ${hold}`])].join(
    ' · ',
  );
}

function instanceLine(instance: unknown): string {
  const parts = ['id', 'state', 'tenant', 'name', 'url'].map((name) => textField(instance, name));
  const failure = textField(field(instance, 'failure'), 'sentence');
  return [...parts, failure].filter((part) => part !== '').join(' · ');
}

function health(child: ChildStatus): string {
  if (child.process === null || !isAlive(child.process)) return 'down';
  return child.isHealthy ? 'ok' : 'unwell';
}

function uptime({ startedAt, process }: ChildStatus, now: Date): string {
  if (startedAt === null || process === null) return '–';
  const total = Math.max(0, Math.round((now.getTime() - Date.parse(startedAt)) / 1000));
  const [hours, minutes, rest] = [
    Math.floor(total / 3600),
    Math.floor(total / 60) % 60,
    total % 60,
  ];
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${rest} s` : `${rest} s`;
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows
    .map((row) =>
      `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd(),
    )
    .join('\n');
}
