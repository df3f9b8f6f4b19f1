import type { InstanceDriver } from './driver.js';
import { DRIVER_SENTENCES } from './driver.js';
import { elapsed } from './elapsed.js';
import type { ToolId } from './tools.js';

/** One line of the table at the end of setup. */
export interface SetupRow {
  readonly tool: ToolId;
  readonly title: string;
  readonly version: string;
  readonly how: string;
  readonly place: string;
}

/** A thing that setup did not get, with its one sentence and what stands behind it. */
export interface SetupGap {
  readonly what: ToolId | 'build';
  readonly sentence: string;
  readonly tail: readonly string[];
  readonly log: string | null;
}

/** All that setup has to say at its end. */
export interface SetupReport {
  readonly rows: readonly SetupRow[];
  readonly gaps: readonly SetupGap[];
  /** How the product was built, or null when it was not asked for or failed. */
  readonly build: string | null;
  readonly driver: InstanceDriver;
  readonly tookMs: number;
}

/** The report for people: a table, what is missing, and what comes next. */
export function printReport(report: SetupReport, home: string): string {
  const { rows, gaps, build, driver, tookMs } = report;
  const cells = rows.map(({ title, version, how, place }) => [
    title,
    version,
    how,
    // The place under the home folder, as shells write it, keeps the table on the screen.
    place.startsWith(`${home}/`) ? `~${place.slice(home.length)}` : place,
  ]);
  const parts = [
    ...(rows.length === 0 ? [] : [alignColumns([['', 'version', 'found', 'where'], ...cells])]),
    ...gaps.map(printGap),
    `Driver       ${DRIVER_SENTENCES[driver]}`,
    ...(build === null ? [] : [`ClawDeploy   ${build}; its command is ./bin/clawdeploy.mjs`]),
    gaps.length === 0
      ? `Setup done in ${elapsed(tookMs)}.`
      : `Setup ended after ${elapsed(tookMs)} with ${gaps.length} missing; what was found is kept.`,
  ];
  return `${parts.join('\n')}\n`;
}

/** The report for programs; without what a program would have to read as prose. */
export function jsonReport({ rows, gaps, build, driver, tookMs }: SetupReport): string {
  return JSON.stringify(
    {
      ok: gaps.length === 0,
      driver,
      build,
      seconds: Math.round(tookMs / 100) / 10,
      tools: rows.map(({ tool, version, how, place }) => ({ tool, version, how, place })),
      missing: gaps.map(({ what, sentence, log }) => ({ tool: what, sentence, log })),
    },
    null,
    2,
  );
}

/** Rows as text, each column as wide as its widest cell. */
export function alignColumns(rows: readonly (readonly string[])[]): string {
  const count = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function printGap({ sentence, tail, log }: SetupGap): string {
  const behind = tail.map((line) => `    | ${line}`);
  const where = log === null ? [] : [`    whole output: ${log}`];
  return [`MISSING  ${sentence}`, ...behind, ...where].join('\n');
}
