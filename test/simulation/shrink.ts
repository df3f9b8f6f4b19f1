import type { Trouble } from './core/fault-plan.js';
import type { SeedOptions, SeedOutcome } from './run-seed.js';
import { runSeed } from './run-seed.js';

/** Lines of a trace that a person reads before they lose the thread. */
const LINES_SHOWN = 60;

/** The same failure with as few kinds of trouble as it takes: each is left out in turn. */
export async function shrink(options: SeedOptions, failed: SeedOutcome): Promise<SeedOutcome> {
  let without = new Set<Trouble>(options.without);
  let smallest = failed;
  for (const trouble of failed.troubles) {
    const fewer = new Set<Trouble>([...without, trouble]);
    const outcome = await runSeed({ ...options, without: fewer });
    if (outcome.broken === null) continue;
    without = fewer;
    smallest = outcome;
  }
  return smallest;
}

/** What a person needs to understand a failure: what broke, what it took, and how it came about. */
export function tell({ seed, broken, troubles, trace }: SeedOutcome): string {
  const about = broken?.about ?? [];
  const lines = about.length === 0 ? trace : trace.filter((line) => mentions(line, about));
  return [
    `seed ${seed}: ${broken?.message ?? 'every promise was kept'}`,
    `with ${[...troubles].join(', ')}`,
    ...lines.slice(-LINES_SHOWN),
    `again: CLAWDEPLOY_SEED=${seed} npx mocha test/simulation/simulator.test.ts`,
  ].join('\n');
}

function mentions(line: string, about: readonly string[]): boolean {
  const isOfAll = /#\d+ +(starts|is killed|is told)|stands still|is cut off|BROKEN|clock of/.test(
    line,
  );
  return isOfAll || about.some((id) => id !== '' && line.includes(id));
}
