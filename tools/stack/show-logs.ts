import { closeSync, existsSync, openSync, readSync, readdirSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { pause } from '../../src/lib/timers.js';
import type { StackLayout } from './layout.js';
import { logFile } from './layout.js';
import { StackError } from './stack-error.js';

const TAIL_BYTES = 64 * 1024;
const FOLLOW_MS = 250;

interface OpenLog {
  readonly name: string;
  readonly path: string;
  offset: number;
}

/**
 * Prints the end of the log of `name`, or of every log, each line led by its process's name.
 * `follow` goes on until the signal fires; a log that was cut (files.ts) is read from its start.
 */
export async function showLogs(
  layout: StackLayout,
  options: { name: string | null; lines: number; follow: boolean; signal: AbortSignal },
): Promise<void> {
  const logs = findLogs(layout, options.name);
  for (const log of logs) {
    log.offset = Math.max(0, sizeOf(log) - TAIL_BYTES);
    print(log, readNew(log).slice(-options.lines));
  }
  while (options.follow && !options.signal.aborted) {
    await pause(FOLLOW_MS, options.signal);
    for (const log of logs) print(log, readNew(log));
  }
}

function findLogs(layout: StackLayout, name: string | null): OpenLog[] {
  const known = existsSync(layout.logs)
    ? readdirSync(layout.logs).filter((file) => file.endsWith('.log'))
    : [];
  const names = known.map((file) => basename(file, '.log')).sort();
  if (name !== null && !names.includes(name)) {
    const offer = names.length === 0 ? 'the stack never ran' : `there are ${names.join(', ')}`;
    throw new StackError(`There is no log "${name}"; ${offer}.`);
  }
  return (
    names
      // The audit log is for machines; it is shown when it is asked for.
      .filter((each) => (name === null ? each !== 'vault-audit' : each === name))
      .map((each) => ({ name: each, path: logFile(layout, each), offset: 0 }))
  );
}

function readNew(log: OpenLog): string[] {
  const size = sizeOf(log);
  if (size < log.offset) log.offset = 0;
  if (size === log.offset) return [];
  const buffer = Buffer.alloc(size - log.offset);
  const file = openSync(log.path, 'r');
  const count = readSync(file, buffer, 0, buffer.length, log.offset);
  closeSync(file);
  const text = buffer.toString('utf8', 0, count);
  const end = text.lastIndexOf('\n') + 1;
  log.offset += Buffer.byteLength(text.slice(0, end));
  return text.slice(0, end).split('\n').slice(0, -1);
}

function print(log: OpenLog, lines: readonly string[]): void {
  for (const line of lines) process.stdout.write(`${log.name.padEnd(10)} │ ${line}\n`);
}

function sizeOf({ path }: OpenLog): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
