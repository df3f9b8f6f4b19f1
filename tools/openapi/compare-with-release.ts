import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { loadTestTool } from '../setup/toolchain.js';
import { DOCUMENT, RELEASED_DOCUMENT } from './generated-files.js';
import { mayBreak } from './may-break.js';

const COMPARE_LIMIT_MS = 60_000;

const execFileAsync = promisify(execFile);

/** How a document compares with the one that callers were written for. */
export interface Comparison {
  /** False when callers break and the version does not say so. */
  readonly isAllowed: boolean;
  /** What to tell a person, with an end of line. */
  readonly text: string;
}

/** Two documents by their paths. */
export interface Documents {
  readonly released: string;
  readonly current: string;
}

/** Compares the committed document, or another one, with that of the last release. */
export async function compareWithRelease(
  root: string,
  documents: Partial<Documents> = {},
): Promise<Comparison> {
  const { released = join(root, RELEASED_DOCUMENT), current = join(root, DOCUMENT) } = documents;
  const oasdiff = await loadTestTool(root, 'oasdiff');
  const breaks = await breakingChanges(oasdiff, { released, current });
  const [from, to] = [versionIn(released), versionIn(current)];
  if (breaks.length === 0) {
    return { isAllowed: true, text: `Nothing of ${to} breaks callers of ${from}.\n` };
  }
  const list = breaks.map((line) => `  ${line}\n`).join('');
  if (mayBreak(from, to)) {
    return {
      isAllowed: true,
      text: `${to} breaks callers of ${from}, as its number says:\n${list}`,
    };
  }
  const advice = 'Keep what was there, or raise the version as docs/api.md says.';
  return { isAllowed: false, text: `Callers of ${from} would break:\n${list}${advice}\n` };
}

/** One line for each change that a caller can break by. */
async function breakingChanges(
  oasdiff: string,
  { released, current }: Documents,
): Promise<readonly string[]> {
  const args = ['breaking', '--format', 'json', released, current];
  const limit = { timeout: COMPARE_LIMIT_MS, maxBuffer: 16 * 1024 ** 2 };
  const { stdout } = await execFileAsync(oasdiff, args, limit);
  const found = JSON.parse(stdout === '' ? '[]' : stdout) as readonly Change[] | null;
  return (found ?? [])
    .filter(({ level, id }) => level >= LEVEL_ERROR && !ALLOWED.has(id))
    .map(({ operation = '', path = '', text, id }) =>
      `${operation} ${path} ${text} (${id})`.trim(),
    );
}

/** oasdiff's own levels: 3 breaks callers, 2 may break some, e.g. a new value in an answer. */
const LEVEL_ERROR = 3;

/** Clients let values through that they do not know, so that states and fault codes may be added. */
const ALLOWED = new Set(['response-property-enum-value-added']);

interface Change {
  readonly id: string;
  readonly text: string;
  readonly level: number;
  readonly operation?: string;
  readonly path?: string;
}

function versionIn(path: string): string {
  const { info } = JSON.parse(readFileSync(path, 'utf8')) as { info: { version: string } };
  return info.version;
}
