import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { pause } from '../../src/lib/timers.js';

/** Carried by every process of a stack, tasks of Nomad included: the stack's id. */
export const STACK_VARIABLE = 'CLAWDEPLOY_STACK';

/** Carried by the supervisor's own children alone (Nomad does not pass it to tasks): the name. */
export const CHILD_VARIABLE = 'CLAWDEPLOY_STACK_CHILD';

/**
 * A process that cannot be mistaken for a later one with the same pid: the kernel's start time
 * (clock ticks since boot) is part of its identity.
 */
export interface ProcessProof {
  readonly pid: number;
  readonly startTicks: number;
}

/** A live process whose environment carries a stack's id. */
export interface MarkedProcess extends ProcessProof {
  readonly parentPid: number;
  /** The child it is, or null for what Nomad runs: tasks, their executors and log collectors. */
  readonly child: string | null;
  readonly isNomadHelper: boolean;
}

interface ProcessStat {
  readonly state: string;
  readonly parentPid: number;
  readonly startTicks: number;
}

/**
 * What every process of the stack finds in its environment: its marks and a PATH. Nothing else is
 * passed on, so that a key exported in someone's shell does not reach a tenant's gateway.
 */
export function markedEnvironment(stackId: string, child: string): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin',
    LANG: 'C.UTF-8',
    [STACK_VARIABLE]: stackId,
    [CHILD_VARIABLE]: child,
  };
}

/** The proof of the process that has `pid` now, or null when there is none. */
export function proofOf(pid: number): ProcessProof | null {
  const stat = readStat(pid);
  return stat === null || stat.state === 'Z' ? null : { pid, startTicks: stat.startTicks };
}

/** Whether that very process still runs. */
export function isAlive(proof: ProcessProof): boolean {
  return proofOf(proof.pid)?.startTicks === proof.startTicks;
}

/** Sends `signal` to that very process; a process that is gone is no failure. */
export function sendSignal(proof: ProcessProof, signal: NodeJS.Signals): void {
  if (!isAlive(proof)) return;
  try {
    process.kill(proof.pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** Every live process that carries `stackId`, from a scan of /proc. */
export function findMarked(stackId: string): MarkedProcess[] {
  const found: MarkedProcess[] = [];
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    const environment = readList(pid, 'environ');
    if (!environment.includes(`${STACK_VARIABLE}=${stackId}`)) continue;
    const stat = readStat(pid);
    if (stat === null || stat.state === 'Z') continue;
    found.push({ pid, ...stat, ...roleOf(pid, environment) });
  }
  return found;
}

function roleOf(
  pid: number,
  environment: readonly string[],
): Pick<MarkedProcess, 'child' | 'isNomadHelper'> {
  const named = environment.find((entry) => entry.startsWith(`${CHILD_VARIABLE}=`));
  const child = named?.slice(CHILD_VARIABLE.length + 1) ?? null;
  const [program = '', verb] = readList(pid, 'cmdline');
  // The executor and the log collector are the Nomad binary itself with another first argument.
  const isNomadHelper = child === 'nomad' && verb !== 'agent';
  return { child: isNomadHelper || basename(program) === '' ? null : child, isNomadHelper };
}

/** The descendants of `roots` that run now, `roots` left out. */
export function descendantsOf(roots: readonly ProcessProof[]): ProcessProof[] {
  const children = new Map<number, ProcessProof[]>();
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry);
    const stat = Number.isInteger(pid) ? readStat(pid) : null;
    if (stat === null || stat.state === 'Z') continue;
    const siblings = children.get(stat.parentPid) ?? [];
    siblings.push({ pid, startTicks: stat.startTicks });
    children.set(stat.parentPid, siblings);
  }
  const found = new Map<number, ProcessProof>();
  const queue = [...roots];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    for (const child of children.get(next.pid) ?? []) {
      if (found.has(child.pid)) continue;
      found.set(child.pid, child);
      queue.push(child);
    }
  }
  for (const root of roots) found.delete(root.pid);
  return [...found.values()];
}

/**
 * Ends `processes`: the polite `signal` first, and SIGKILL for those still there after `graceMs`.
 * Returns how many needed the second.
 */
export async function endProcesses(
  processes: readonly ProcessProof[],
  { signal, graceMs }: { readonly signal: NodeJS.Signals; readonly graceMs: number },
): Promise<number> {
  for (const proof of processes) sendSignal(proof, signal);
  if (await areGone(processes, graceMs)) return 0;
  const stubborn = processes.filter(isAlive);
  for (const proof of stubborn) sendSignal(proof, 'SIGKILL');
  await areGone(stubborn, 5_000);
  return stubborn.length;
}

async function areGone(processes: readonly ProcessProof[], withinMs: number): Promise<boolean> {
  const endAt = performance.now() + withinMs;
  while (processes.some(isAlive)) {
    if (performance.now() >= endAt) return false;
    await pause(25);
  }
  return true;
}

/** Who listens on 127.0.0.1:`port`, as "name (pid 7)", or null when it cannot be found out. */
export function listenerOf(port: number): string | null {
  const socket = listeningSocket(port);
  if (socket === null) return null;
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const holds = readdirSync(`/proc/${entry}/fd`).some(
        (fd) => readlinkSync(`/proc/${entry}/fd/${fd}`) === `socket:[${socket}]`,
      );
      if (holds) return `${readFileSync(`/proc/${entry}/comm`, 'utf8').trim()} (pid ${entry})`;
    } catch {
      // The process ended while we looked, or belongs to someone else: it cannot be named.
    }
  }
  return null;
}

function listeningSocket(port: number): string | null {
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of readFileSync(table, 'utf8').split('\n').slice(1)) {
      const fields = line.trim().split(/\s+/);
      const isListening = fields[3] === '0A';
      if (isListening && fields[1]?.endsWith(`:${hexPort}`) === true) return fields[9] ?? null;
    }
  }
  return null;
}

function readStat(pid: number): ProcessStat | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold spaces and parentheses; the fields follow the last one.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return {
      state: fields[0] ?? '',
      parentPid: Number(fields[1]),
      startTicks: Number(fields[19]),
    };
  } catch {
    // It ended between the listing and the look, which is an answer.
    return null;
  }
}

function readList(pid: number, file: 'environ' | 'cmdline'): string[] {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8').split('\0');
  } catch {
    // Gone, or another user's: not one of ours either way.
    return [];
  }
}
