import { ask } from './run.js';
import { SetupFailure } from './setup-failure.js';

/** How to ask Debian's package tools. */
export interface PackageQuestion {
  /** Refreshes the package lists; null without the rights to do so. */
  readonly refresh: (() => Promise<void>) | null;
  readonly signal: AbortSignal;
}

/**
 * The packages to unpack for `wanted` to run here: themselves and what they depend on, without what
 * is installed. So the C library is never among them, since every Debian has it.
 */
export async function missingPackages(
  wanted: readonly string[],
  { refresh, signal }: PackageQuestion,
): Promise<readonly string[]> {
  const question = ['policy', ...wanted];
  let policy = await ask('apt-cache', question, { signal });
  if (policy === null) throw new SetupFailure('this is no Debian, so its package cannot be taken');
  if (!hasCandidates(policy, wanted) && refresh !== null) {
    await refresh();
    policy = (await ask('apt-cache', question, { signal })) ?? '';
  }
  if (!hasCandidates(policy, wanted)) {
    throw new SetupFailure("Debian's package lists do not have it; run `apt-get update` as root");
  }
  const depends = await ask('apt-cache', [...DEPENDS, ...wanted], { signal });
  const installed = await ask('dpkg-query', ['-W', '-f=${Package} ${db:Status-Status}\\n'], {
    signal,
  });
  return packagesToUnpack(wanted, depends ?? '', installed ?? '');
}

/** The decision of `missingPackages`, from what `apt-cache depends` and `dpkg-query` print. */
export function packagesToUnpack(
  wanted: readonly string[],
  depends: string,
  installed: string,
): readonly string[] {
  const here = new Set(
    installed.split('\n').flatMap((line) => /^(\S+) installed$/.exec(line)?.[1] ?? []),
  );
  // Packages begin a line; their relations are indented, and virtual names stand in angle brackets.
  const all = depends
    .split('\n')
    .flatMap((line) => /^([a-z0-9][a-z0-9.+-]*)/.exec(line)?.[1] ?? []);
  const others = all.filter((name) => !here.has(name) && !wanted.includes(name));
  return [...wanted, ...new Set(others)];
}

const DEPENDS = [
  'depends',
  '--recurse',
  '--no-recommends',
  '--no-suggests',
  '--no-conflicts',
  '--no-breaks',
  '--no-replaces',
  '--no-enhances',
] as const;

function hasCandidates(policy: string, wanted: readonly string[]): boolean {
  const candidates = policy.match(/^ {2}Candidate: \S+/gm) ?? [];
  return candidates.length === wanted.length && !candidates.some((line) => line.includes('(none)'));
}
