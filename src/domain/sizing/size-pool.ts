import type { Demand } from './demand.js';
import { dispersion, largestBurst, ratePerSecond } from './demand.js';
import { membersFor, stockOutShare } from './stock-out.js';
import type { PoolOverride } from './schedule.js';
import { activeFloor } from './schedule.js';

/** What a refill takes before the first one was measured. */
const REFILL_MS = 20_000;
/** After a rise the target stays for this long; demand often comes back. */
export const HOLD_MS = 300_000;
/** Then it falls by a quarter each time this passes. */
export const LOWER_EVERY_MS = 60_000;
const LOWER_SHARE = 0.25;
/** Starts at once per offered load; with fewer, the pool must be far larger. */
const STARTS_PER_LOAD = 1.5;

export interface SizingInput {
  readonly demand: Demand;
  /** Mean time from a member's creation to its admission; null before the first was measured. */
  readonly refillMs: number | null;
  readonly bounds: { readonly idleFloor: number; readonly idleCeiling: number };
  readonly overrides: readonly PoolOverride[];
  readonly stockOutGoal: number;
  readonly current: { readonly idleTarget: number; readonly raisedAt: Date | null };
}

export interface SizingPlan {
  readonly idleTarget: number;
  readonly raisedAt: Date | null;
  /** The ceiling keeps it below what demand asks for. */
  readonly isCapped: boolean;
  readonly offeredLoad: number;
  readonly predictedStockOut: number;
  readonly startsWanted: number;
}

/** Decides how many idle members a pool keeps. Pure: same input and time, same plan. */
export function sizePool(input: SizingInput, now: Date): SizingPlan {
  const { demand, refillMs, bounds, stockOutGoal } = input;
  const offeredLoad = offeredLoadOf(demand, refillMs);
  const needed = neededFor(demand, offeredLoad, stockOutGoal, bounds.idleCeiling + 1);
  const floor = Math.max(bounds.idleFloor, activeFloor(input.overrides, now));
  const wish = Math.min(bounds.idleCeiling, Math.max(floor, needed));
  const { idleTarget, raisedAt } = settle(wish, input, now);
  return {
    idleTarget,
    raisedAt,
    isCapped: needed > bounds.idleCeiling,
    offeredLoad,
    predictedStockOut: stockOutShare(idleTarget, offeredLoad),
    startsWanted: Math.max(1, Math.ceil(STARTS_PER_LOAD * offeredLoad)),
  };
}

/** Claims to be expected while one member is refilled; `refillMs` is null before the first was. */
export function offeredLoadOf(demand: Demand, refillMs: number | null): number {
  return ratePerSecond(demand) * ((refillMs ?? REFILL_MS) / 1000);
}

/**
 * Members for single claims plus the largest burst, or as many as claims in groups ask for, which is
 * more when groups are frequent: groups arrive like single claims of a load that many times lower.
 */
function neededFor(demand: Demand, load: number, goal: number, max: number): number {
  const group = dispersion(demand);
  const forSingles = membersFor(load, goal, max) + largestBurst(demand);
  const forGroups = Math.ceil(group * membersFor(load / group, goal, max));
  return Math.max(forSingles, forGroups);
}

/** Up at once, down only after a while and little by little. */
function settle(
  wish: number,
  { bounds, current }: SizingInput,
  now: Date,
): { readonly idleTarget: number; readonly raisedAt: Date } {
  const { idleTarget, raisedAt } = current;
  const bounded = Math.min(bounds.idleCeiling, idleTarget);
  if (wish >= bounded || raisedAt === null) return { idleTarget: wish, raisedAt: now };
  if (now.getTime() - raisedAt.getTime() < HOLD_MS) return { idleTarget: bounded, raisedAt };
  const step = Math.max(1, Math.floor(bounded * LOWER_SHARE));
  const nextAt = new Date(now.getTime() - HOLD_MS + LOWER_EVERY_MS);
  return { idleTarget: Math.max(wish, bounded - step), raisedAt: nextAt };
}
