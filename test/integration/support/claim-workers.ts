import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as pauseMs } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Note, WorkerPlan } from './claim-notes.js';
import { parseNotes } from './claim-notes.js';

const SCRIPT = join(dirname(fileURLToPath(import.meta.url)), 'claim-worker.ts');

const LOOK_EVERY_MS = 15;

/** What became of the workers. */
export interface WorkersEnd {
  readonly kills: number;
  /** Kills after which a claim was open: tried, and no answer written down. */
  readonly killsInMidClaim: number;
  readonly notes: readonly Note[];
}

export interface WorkersPlan {
  readonly workers: readonly WorkerPlan[];
  /** Notes, in bytes, that all workers together write between two kills; a claim is about 80. */
  readonly killEveryBytes: number;
  /** Which of `count` workers is next to be killed. */
  readonly pick: (count: number) => number;
  readonly signal: AbortSignal;
}

/** One life of a worker. */
interface Life {
  readonly child: ChildProcess;
  readonly notesFile: string;
  /** Bytes of notes at its birth; more since then show that it claims. */
  readonly bytesAtStart: number;
}

/** Runs the workers, kills one after the other without warning, and starts each of them again. */
export async function runClaimWorkers(plan: WorkersPlan): Promise<WorkersEnd> {
  const living = new Map<string, Life>();
  const over = new AbortController();
  const stop = AbortSignal.any([plan.signal, over.signal]);
  const counts = { kills: 0, killsInMidClaim: 0 };
  const lives = plan.workers.map((worker) => liveOn(worker, living, stop));
  const killing = killOnAndOn(plan, living, counts, stop);
  try {
    await Promise.all(lives);
  } finally {
    over.abort();
    for (const { child } of living.values()) child.kill('SIGKILL');
    await Promise.allSettled([...lives, killing]);
  }
  const notes = await Promise.all(plan.workers.map(({ notesFile }) => notesOf(notesFile)));
  return { ...counts, notes: notes.flat() };
}

/** One worker's lives, one after the other, until one of them ends by itself. */
async function liveOn(
  worker: WorkerPlan,
  living: Map<string, Life>,
  stop: AbortSignal,
): Promise<void> {
  while (!stop.aborted) {
    const child = spawn(process.execPath, ['--import', 'tsx', SCRIPT, JSON.stringify(worker)], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const { notesFile } = worker;
    living.set(worker.worker, { child, notesFile, bytesAtStart: bytesOf(notesFile) });
    const [code] = (await once(child, 'exit')) as [number | null];
    living.delete(worker.worker);
    if (code === 0) return;
    if (code !== null) throw new Error(`${worker.worker} ended with ${String(code)}`);
  }
}

/** Kills by progress, not by time: on a slow machine there is as much left to do as on a fast one. */
async function killOnAndOn(
  { workers, killEveryBytes, pick }: WorkersPlan,
  living: ReadonlyMap<string, Life>,
  counts: { kills: number; killsInMidClaim: number },
  stop: AbortSignal,
): Promise<void> {
  let nextAt = killEveryBytes;
  while (!stop.aborted) {
    // Aborted means that there is nobody left to kill.
    await pauseMs(LOOK_EVERY_MS, null, { signal: stop }).catch(() => null);
    const written = workers.reduce((sum, { notesFile }) => sum + bytesOf(notesFile), 0);
    // One that still starts is spared: to kill it would prove nothing.
    const victims = [...living.values()].filter(
      ({ notesFile, bytesAtStart }) => bytesOf(notesFile) > bytesAtStart,
    );
    const victim = written < nextAt ? undefined : victims[pick(victims.length)];
    if (victim === undefined || stop.aborted) continue;
    victim.child.kill('SIGKILL');
    nextAt = written + killEveryBytes;
    counts.kills += 1;
    if (hasOpenClaim(await notesOf(victim.notesFile))) counts.killsInMidClaim += 1;
  }
}

function hasOpenClaim(notes: readonly Note[]): boolean {
  const answered = new Set(notes.filter(({ kind }) => kind === 'got').map(({ key }) => key));
  return notes.some(({ kind, key }) => kind === 'try' && !answered.has(key));
}

async function notesOf(file: string): Promise<readonly Note[]> {
  // A worker that was killed before its first claim wrote nothing.
  return parseNotes(await readFile(file, 'utf8').catch(() => ''));
}

function bytesOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
