import type { Json } from '../../lib/canonical-json.js';
import type { ChainPoint } from './chain.js';
import { CHAIN_START, hashOf } from './chain.js';

/** A line of an export. What else stands on it is covered by its hash, whatever it is called. */
export interface ChainLine extends ChainPoint {
  readonly previous: string;
  readonly [name: string]: Json;
}

/**
 * How a chain can be broken: a line is absent; it stands where another should; it follows another one
 * than it says; its content is not what was sealed; or all fits, but is not what was once seen there.
 */
export const CHAIN_FLAWS = ['missing', 'misplaced', 'unlinked', 'changed', 'rewritten'] as const;
export type ChainFlaw = (typeof CHAIN_FLAWS)[number];

export interface ChainBreak {
  /** The first line that cannot be trusted. */
  readonly number: number;
  readonly flaw: ChainFlaw;
}

/** How far a check has come. */
export interface ChainCheck {
  /** Number of the last line that holds. */
  readonly number: number;
  /** Its hash; null where the check began later than the chain and nothing tells it. */
  readonly hash: string | null;
  readonly lines: number;
  readonly broken: ChainBreak | null;
}

/**
 * A check of what follows line `after`; 0 for the whole chain. What a later part says of the line
 * before it is believed, unless an anchor tells that line's hash.
 */
export function checkAfter(after: number, anchors: readonly ChainPoint[]): ChainCheck {
  const known = [CHAIN_START, ...anchors].find(({ number }) => number === after);
  return { number: after, hash: known?.hash ?? null, lines: 0, broken: null };
}

/** The check after one more line. */
export function checkLine(
  check: ChainCheck,
  line: ChainLine,
  anchors: readonly ChainPoint[],
): ChainCheck {
  if (check.broken !== null) return check;
  const broken = breakAt(check, line, anchors);
  if (broken !== null) return { ...check, broken };
  return { number: line.number, hash: line.hash, lines: check.lines + 1, broken: null };
}

/** The check at the end of all lines: what an anchor names must have been among them. */
export function checkEnd(check: ChainCheck, anchors: readonly ChainPoint[]): ChainCheck {
  const isCutShort = anchors.some(({ number }) => number > check.number);
  if (check.broken !== null || !isCutShort) return check;
  return { ...check, broken: { number: check.number + 1, flaw: 'missing' } };
}

function breakAt(
  check: ChainCheck,
  line: ChainLine,
  anchors: readonly ChainPoint[],
): ChainBreak | null {
  const { hash, ...content } = line;
  const { number, previous } = line;
  const expected = check.number + 1;
  if (number > expected) return { number: expected, flaw: 'missing' };
  if (number < expected) return { number, flaw: 'misplaced' };
  if (check.hash !== null && previous !== check.hash) return { number, flaw: 'unlinked' };
  if (hashOf(content) !== hash) {
    return { number, flaw: line['isMissing'] === true ? 'missing' : 'changed' };
  }
  const isOther = anchors.some((anchor) => anchor.number === number && anchor.hash !== hash);
  return isOther ? { number, flaw: 'rewritten' } : null;
}
