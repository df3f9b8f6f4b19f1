import { ask } from './run.js';
import { SetupFailure } from './setup-failure.js';

/** How to ask Debian's package tools. */
export interface PackageQuestion {
  /** Refreshes the package lists; null without the rights to do so. */
  readonly refresh: (() => Promise<void>) | null;
  readonly signal: AbortSignal;
}

/**
 * The packages to unpack for `wanted` to run here: themselves, and what apt would install along with
 * them. What is installed is never among them, least of all the C library.
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
  const simulation = await ask('apt-get', [...SIMULATE, ...wanted], { signal });
  return packagesToUnpack(wanted, simulation ?? '');
}

/**
 * The packages that a simulated installation names. `wanted` is always among them: it may be
 * installed and all the same not be usable, which is why somebody asks.
 */
export function packagesToUnpack(wanted: readonly string[], simulation: string): readonly string[] {
  const named = simulation.split('\n').flatMap((line) => /^Inst (\S+)/.exec(line)?.[1] ?? []);
  return [...new Set([...wanted, ...named])];
}

/** Whether apt knows a version of each of `wanted`, from what `apt-cache policy` prints. */
export function hasCandidates(policy: string, wanted: readonly string[]): boolean {
  const candidates = policy.match(/^ {2}Candidate: \S+/gm) ?? [];
  return candidates.length === wanted.length && !candidates.some((line) => line.includes('(none)'));
}

/** Only asks, so that it needs no root. */
const SIMULATE = ['install', '--simulate', '--no-install-recommends', '-q'] as const;
