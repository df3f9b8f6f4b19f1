import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { percentile } from './support/percentile.js';

/** A series of measurements under one name, with what it is held against. */
export interface Series {
  /** File name of the result and first column of the table. */
  readonly name: string;
  readonly unit: Unit;
  readonly samples: readonly number[];
  /** Upper bound of the median that the project wants to hold; null when there is none. */
  readonly goalP50: number | null;
  /** Upper bound of the 99th percentile; absent when there is none. */
  readonly goalP99?: number;
  /** Lower bound of the median, for what is better the more there is of it. */
  readonly goalAtLeast?: number;
  /** What others are known to reach, or what the same run measured without it, in words. */
  readonly baseline: string | null;
  /** What else is to be known, printed below the table and kept in the result. */
  readonly facts?: Readonly<Record<string, Fact>>;
  /** Why these figures must not be trusted; absent when nothing speaks against them. */
  readonly unsound?: string;
  /** Every single observation, kept beside the result in <name>.raw.json. */
  readonly raw?: unknown;
}

type Unit = 'ms' | 's' | 'MB' | '/s' | '×' | '%' | 'n';
type Fact = string | number | boolean;

interface Summary {
  readonly n: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

/** Prints the series as a table and writes each to build/bench/<name>.json. */
export function report(root: string, series: readonly Series[]): void {
  const folder = join(root, 'build', 'bench');
  mkdirSync(folder, { recursive: true });
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}, ${gib(totalmem())} GiB`;
  const load = loadavg()
    .map((average) => average.toFixed(1))
    .join(' ');
  const about = { machine, load, commit: commitOf(root), at: new Date().toISOString() };
  for (const one of series) {
    const { samples: _samples, raw, goalP50: goal, ...told } = one;
    const result = { ...told, ...summaryOf(one), goal, ...about };
    write(join(folder, `${one.name}.json`), JSON.stringify(result, null, 2));
    if (raw !== undefined) write(join(folder, `${one.name}.raw.json`), JSON.stringify(raw));
  }
  const notes = series.flatMap(notesOf).map((line) => `  ${line}\n`);
  process.stdout.write(`${tableOf(series)}\n${notes.join('')}  ${machine}, load ${load}\n`);
}

function summaryOf({ samples }: Series): Summary {
  const at = (share: number): number => Number(percentile(samples, share).toFixed(1));
  return { n: samples.length, p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) };
}

function tableOf(series: readonly Series[]): string {
  const header = ['', 'n', 'p50', 'p90', 'p99', 'max', 'unit', 'goal', 'held against'];
  const rows = series.map((one) => {
    const { n, p50, p90, p99, max } = summaryOf(one);
    return [one.name, n, p50, p90, p99, max, one.unit, goalOf(one), one.baseline ?? '–'].map(
      String,
    );
  });
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  return [header, ...rows]
    .map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`)
    .join('\n');
}

function goalOf(one: Series): string {
  const { p50, p99 } = summaryOf(one);
  const { goalP50, goalP99, goalAtLeast } = one;
  const said = [
    ...(goalP50 === null ? [] : [held('p50 ≤', goalP50, p50 <= goalP50)]),
    ...(goalP99 === undefined ? [] : [held('p99 ≤', goalP99, p99 <= goalP99)]),
    ...(goalAtLeast === undefined ? [] : [held('≥', goalAtLeast, p50 >= goalAtLeast)]),
  ];
  return said.length === 0 ? '–' : said.join(', ');
}

function held(relation: string, bound: number, isHeld: boolean): string {
  return `${relation} ${bound} ${isHeld ? '✔' : '✘'}`;
}

function notesOf({ name, facts = {}, unsound }: Series): readonly string[] {
  const told = Object.entries(facts).map(([what, value]) => `${what} ${String(value)}`);
  return [
    ...(told.length === 0 ? [] : [`${name}: ${told.join('; ')}`]),
    ...(unsound === undefined ? [] : [`${name}: UNSOUND, ${unsound}`]),
  ];
}

function write(path: string, text: string): void {
  writeFileSync(path, `${text}\n`);
}

function commitOf(root: string): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root }).toString().trim();
  } catch {
    return 'unknown';
  }
}

function gib(bytes: number): number {
  return Math.round(bytes / 2 ** 30);
}
