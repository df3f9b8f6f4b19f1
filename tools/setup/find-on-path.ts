import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ask } from './run.js';
import type { VersionRange } from './version.js';
import { describeRanges, findVersion, isAccepted } from './version.js';

/** A program with a version that was asked for. */
export interface FoundProgram {
  readonly path: string;
  readonly version: string;
}

/** What was found, and what was passed over with the reason; one sentence each. */
export interface PathFinding {
  readonly found: FoundProgram | null;
  readonly refused: readonly string[];
}

/** What to look for, and where. */
export interface PathQuestion {
  readonly program: string;
  readonly versionArgs: readonly string[];
  readonly accepted: readonly VersionRange[];
  readonly folders: readonly string[];
  readonly signal: AbortSignal;
}

/** The folders of PATH, in order, without empty ones (which would mean the current folder). */
export function pathFolders(path: string | undefined): readonly string[] {
  return (path ?? '').split(delimiter).filter((folder) => folder !== '');
}

/** The first program of that name whose version is accepted; later folders are not asked then. */
export async function findOnPath(question: PathQuestion): Promise<PathFinding> {
  const refused: string[] = [];
  const asked = new Set<string>();
  for (const folder of question.folders) {
    const path = join(folder, question.program);
    if (!isProgram(path)) continue;
    // One program may be reached by two folders: /bin is a link to /usr/bin nowadays.
    const real = realpathSync(path);
    if (asked.has(real)) continue;
    asked.add(real);
    const answer = await ask(path, question.versionArgs, { signal: question.signal });
    const version = answer === null ? null : findVersion(answer);
    if (version !== null && isAccepted(version, question.accepted)) {
      return { found: { path, version }, refused };
    }
    const what = version === null ? 'names no released version' : `is ${version}`;
    refused.push(`${path} ${what}; accepted is ${describeRanges(question.accepted)}`);
  }
  return { found: null, refused };
}

/** Whether `path` is a file that may be run. */
export function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    // Not there or not ours to run: for the search that is the same.
    return false;
  }
}
