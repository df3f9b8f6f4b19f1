/** Versions from `atLeast` on, up to but not including `below`. */
export interface VersionRange {
  readonly atLeast: string;
  /** Null where no later version is known to break. */
  readonly below: string | null;
}

/** Three numbers; a missing one is 0, so that PostgreSQL's `15.3` compares. */
type Parts = readonly [number, number, number];

const VERSION = /(?<![\w.])v?(\d+)\.(\d+)(?:\.(\d+))?(-[0-9A-Za-z][0-9A-Za-z.-]*)?/;

/**
 * The first version in what a program printed about itself, or null when there is none.
 *
 * A pre-release (`1.11.3-rc1`) counts as none: its behaviour is not what any range was tried with.
 * Build metadata (`+ent`) is fine and left out of the answer.
 */
export function findVersion(text: string): string | null {
  const match = VERSION.exec(text);
  if (match === null) return null;
  const [, major = '0', minor = '0', patch, preRelease] = match;
  // Debian appends its own revision to a release (`15.18-0+deb12u1`); that begins with a digit.
  if (preRelease !== undefined && !/^-\d/.test(preRelease)) return null;
  return patch === undefined ? `${major}.${minor}` : `${major}.${minor}.${patch}`;
}

/** Whether `version` lies in one of the ranges. */
export function isAccepted(version: string, ranges: readonly VersionRange[]): boolean {
  const parts = partsOf(version);
  return ranges.some(
    ({ atLeast, below }) =>
      compare(parts, partsOf(atLeast)) >= 0 &&
      (below === null || compare(parts, partsOf(below)) < 0),
  );
}

/** Negative, zero or positive as `left` is older than, the same as or newer than `right`. */
export function compareVersions(left: string, right: string): number {
  return compare(partsOf(left), partsOf(right));
}

/** The ranges as a person says them, e.g. `24.16.0 to below 25.0.0, or 26.1.0 and later`. */
export function describeRanges(ranges: readonly VersionRange[]): string {
  return ranges
    .map(({ atLeast, below }) =>
      below === null ? `${atLeast} and later` : `${atLeast} to below ${below}`,
    )
    .join(', or ');
}

function partsOf(version: string): Parts {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  return [major, minor, patch];
}

function compare(left: Parts, right: Parts): number {
  return left[0] - right[0] || left[1] - right[1] || left[2] - right[2];
}
