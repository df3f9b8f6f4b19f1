import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { ProcessProof } from './processes.js';
import { isAlive, proofOf } from './processes.js';
import { readJson } from './files.js';

const ATTEMPTS_MAX = 20;

/** Who holds the lock at `path`, or null when nobody that still runs does. */
export function lockHolder(path: string): ProcessProof | null {
  const holder = parseProof(readJson(path));
  return holder !== null && isAlive(holder) ? holder : null;
}

/**
 * Takes the lock at `path` for this process, or returns who holds it.
 *
 * The lock is a hard link to a file that already has its whole content, so no one ever reads a lock
 * without an owner. A lock whose owner is gone is moved aside and looked at again before it is
 * thrown away: a second process that broke the same stale lock may have taken it in between.
 */
export function takeLock(path: string): { readonly heldBy: ProcessProof | null } {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const own = proofOf(process.pid);
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  try {
    writeFileSync(draft, JSON.stringify(own), { mode: 0o600 });
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
      if (tryLink(draft, path)) return { heldBy: null };
      const holder = lockHolder(path);
      if (holder !== null) return { heldBy: holder };
      breakStale(path);
    }
  } finally {
    rmSync(draft, { force: true });
  }
  throw new Error(`The lock ${path} changes hands too fast to be taken.`);
}

/** Gives the lock back, if it is this process's. */
export function releaseLock(path: string): void {
  if (lockHolder(path)?.pid === process.pid) rmSync(path, { force: true });
}

function tryLink(draft: string, path: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

function breakStale(path: string): void {
  const aside = `${path}.stale.${process.pid}.${randomBytes(4).toString('hex')}`;
  try {
    renameSync(path, aside);
  } catch {
    // Someone else broke it first; the next attempt sees what is there now.
    return;
  }
  const moved = parseProof(JSON.parse(readFileSync(aside, 'utf8')));
  if (moved !== null && isAlive(moved)) tryLink(aside, path);
  rmSync(aside, { force: true });
}

/** The proof in `value`, or null when it is none. */
export function parseProof(value: unknown): ProcessProof | null {
  if (typeof value !== 'object' || value === null) return null;
  if (!('pid' in value && 'startTicks' in value)) return null;
  const { pid, startTicks } = value;
  return typeof pid === 'number' && typeof startTicks === 'number' ? { pid, startTicks } : null;
}
