import type { DatabaseHost } from './engine.js';

/** A host without a simulation: statements go on at once, and time is the given one. */
export function plainHost(now: () => Date): DatabaseHost {
  return {
    step: () => Promise.resolve(),
    park: () => {
      let wake = (): void => undefined;
      const woken = new Promise<void>((resolve) => {
        wake = resolve;
      });
      return {
        woken,
        wake: () => {
          wake();
        },
      };
    },
    owner: () => 'test',
    now,
  };
}
