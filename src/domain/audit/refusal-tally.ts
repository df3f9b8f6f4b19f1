import type { FaultCode } from '../../errors/index.js';
import type { AuditEntry } from './audit-entry.js';

/** A write that was refused. */
export interface Refusal {
  /** Who, as the audit names them. */
  readonly actor: string;
  readonly from: string | null;
  /** The operation, as the API's document names it. */
  readonly action: string;
  /** Of which instance or the like; null when that is not one of our ids. */
  readonly target: string | null;
  readonly code: FaultCode;
  readonly requestId: string;
}

/** How much a flood may write: one tally becomes at most this many entries, and one for each code. */
export interface TallyLimits {
  /** Entries that name who, what and which; further ones are summed up by address. */
  readonly preciseMax: number;
  /** Of those, entries for one address, so that one caller cannot crowd out the others. */
  readonly precisePerAddressMax: number;
  /** Sums by address; what still comes from others is summed up by code alone. */
  readonly addressesMax: number;
}

export const TALLY_LIMITS: TallyLimits = {
  preciseMax: 30,
  precisePerAddressMax: 10,
  addressesMax: 15,
};

/** Stands where entries of different callers, acts or targets were summed up. */
export const SUMMED_UP = 'various';

type Level = 'precise' | 'address' | 'code';

interface Line {
  readonly level: Level;
  readonly refusal: Refusal;
  count: number;
}

/**
 * Refusals of a short time, each counted, in a bounded number of lines: whoever floods us with them
 * must not be able to fill the disk. The same refusal again is counted in its line; once there are too
 * many lines, first what is asked for is left out, then from where. No refusal goes uncounted.
 */
export class RefusalTally {
  readonly #lines = new Map<string, Line>();

  constructor(private readonly limits: TallyLimits = TALLY_LIMITS) {}

  add(refusal: Refusal): void {
    for (const level of ['precise', 'address', 'code'] as const) {
      const key = keyOf(level, refusal);
      const line = this.#lines.get(key);
      if (line !== undefined) {
        line.count += 1;
        return;
      }
      if (this.#hasRoom(level, refusal)) {
        this.#lines.set(key, { level, refusal, count: 1 });
        return;
      }
    }
  }

  /** What is to be written down, as of `at`. */
  entries(at: Date): readonly AuditEntry[] {
    return [...this.#lines.values()].map((line) => entryOf(line, at));
  }

  #hasRoom(level: Level, { from }: Refusal): boolean {
    const { preciseMax, precisePerAddressMax, addressesMax } = this.limits;
    const alike = [...this.#lines.values()].filter((line) => line.level === level);
    switch (level) {
      case 'precise': {
        const ofAddress = alike.filter(({ refusal }) => refusal.from === from);
        return alike.length < preciseMax && ofAddress.length < precisePerAddressMax;
      }
      case 'address':
        return alike.length < addressesMax;
      case 'code':
        return true;
    }
  }
}

function keyOf(level: Level, { actor, from, action, target, code }: Refusal): string {
  switch (level) {
    case 'precise':
      return JSON.stringify([level, actor, from, action, target, code]);
    case 'address':
      return JSON.stringify([level, from, code]);
    case 'code':
      return JSON.stringify([level, code]);
  }
}

function entryOf({ level, refusal, count }: Line, at: Date): AuditEntry {
  const { actor, from, action, target, code, requestId } = refusal;
  const isPrecise = level === 'precise';
  return {
    at,
    actor: isPrecise ? actor : SUMMED_UP,
    action: isPrecise ? action : SUMMED_UP,
    target: isPrecise ? (target ?? '-') : SUMMED_UP,
    outcome: 'refused',
    // One request of many would look like all of them.
    requestId: count === 1 ? requestId : null,
    from: level === 'code' ? null : from,
    details: { code, count },
  };
}
