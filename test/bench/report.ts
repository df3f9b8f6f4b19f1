import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';

/** A series of measurements under one name, with what it is held against. */
export interface Series {
  /** File name of the result and first column of the table. */
  readonly name: string;
  readonly unit: 'ms' | 's';
  readonly samples: readonly number[];
  /** Upper bound of the median that the project wants to hold; null when there is none. */
  readonly goalP50: number | null;
  /** What others are known to reach, in words, with its source; null when nothing is published. */
  readonly baseline: string | null;
}

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
  const about = { machine, commit: commitOf(root), at: new Date().toISOString() };
  for (const one of series) {
    const { name, unit, goalP50: goal, baseline } = one;
    const result = { name, ...summaryOf(one), unit, goal, baseline, ...about };
    writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(result, null, 2)}\n`);
  }
  process.stdout.write(`${tableOf(series)}\n  ${machine}\n`);
}

/** The value that `share` of the samples do not exceed (nearest rank). */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

function summaryOf({ samples }: Series): Summary {
  const at = (share: number): number => Number(percentile(samples, share).toFixed(1));
  return { n: samples.length, p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) };
}

function tableOf(series: readonly Series[]): string {
  const header = ['', 'n', 'p50', 'p90', 'p99', 'max', 'unit', 'goal p50', 'held against'];
  const rows = series.map((one) => {
    const { n, p50, p90, p99, max } = summaryOf(one);
    const goal = one.goalP50 === null ? '–' : `≤ ${one.goalP50} ${p50 <= one.goalP50 ? '✔' : '✘'}`;
    return [one.name, n, p50, p90, p99, max, one.unit, goal, one.baseline ?? '–'].map(String);
  });
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  return [header, ...rows]
    .map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`)
    .join('\n');
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
