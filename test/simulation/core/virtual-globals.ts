import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import type { Chance } from './chance.js';

/** What stands in for the machine while a simulated process is at work. */
export interface VirtualMachine {
  /** True while one is; everything else keeps the real thing. */
  isAtWork(): boolean;
  nowMs(): number;
  /** Calls `run` after `ms` unless it is cancelled. */
  timer(ms: number, run: () => void): VirtualTimer;
  readonly chance: Chance;
}

/** What `setTimeout` gives in a simulation. */
export class VirtualTimer {
  constructor(readonly cancel: () => void) {}

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}

/**
 * Gives the product virtual timers, a virtual stopwatch and seeded chance, so that its own drivers
 * and queues run as they are and the same seed gives the same run. Returns what undoes it.
 */
export function virtualizeGlobals(machine: VirtualMachine): () => void {
  const real = {
    setTimeout: globalThis.setTimeout,
    clearTimeout: globalThis.clearTimeout,
    performanceNow: performance.now.bind(performance),
    randomBytes: crypto.randomBytes,
    randomInt: crypto.randomInt,
  };
  const virtual = {
    setTimeout: (run: (...given: unknown[]) => void, ms = 0, ...given: unknown[]): unknown =>
      machine.isAtWork()
        ? machine.timer(ms, () => {
            run(...given);
          })
        : real.setTimeout(run, ms, ...given),
    clearTimeout: (timer: unknown): void => {
      if (timer instanceof VirtualTimer) timer.cancel();
      else real.clearTimeout(timer as NodeJS.Timeout);
    },
  };
  Object.assign(globalThis, virtual);
  Object.assign(performance, {
    now: () => (machine.isAtWork() ? machine.nowMs() : real.performanceNow()),
  });
  Object.assign(crypto, {
    randomBytes: (size: number) =>
      machine.isAtWork() ? machine.chance.bytes(size) : real.randomBytes(size),
    randomInt: (least: number, end: number) =>
      machine.isAtWork() ? machine.chance.between(least, end - 1) : real.randomInt(least, end),
  });
  syncBuiltinESMExports();
  return () => {
    const { setTimeout, clearTimeout, performanceNow, randomBytes, randomInt } = real;
    Object.assign(globalThis, { setTimeout, clearTimeout });
    Object.assign(performance, { now: performanceNow });
    Object.assign(crypto, { randomBytes, randomInt });
    syncBuiltinESMExports();
  };
}
