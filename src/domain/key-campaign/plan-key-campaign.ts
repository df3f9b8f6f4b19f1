import type { KeyCampaign, KeyMove } from './key-campaign.js';
import { CLOSED_KEY_MOVE_STATES } from './key-campaign.js';

/**
 * Shares of the fleet that have been moved when a wave is over, after the first one, which is a
 * single instance: a value that nobody can use must be found out where it costs the least.
 */
const WAVE_SHARES = [0.05, 0.25, 1] as const;

/** Moves under way at once; each is a few calls to Vault and one to the provider. */
export const MOVES_AT_ONCE = 20;
/** How long a move whose value Vault did not take waits before it is begun again. */
const RETRY_AFTER_MS = 10_000;

/** The wave, from 1, of each of `count` moves in order. */
export function wavesOf(count: number): readonly number[] {
  const ends = [Math.min(1, count), ...WAVE_SHARES.map((share) => Math.ceil(share * count))];
  const waves = [...new Set(ends)].filter((end) => end > 0).sort((a, b) => a - b);
  return Array.from({ length: count }, (_, at) => waves.findIndex((end) => at < end) + 1);
}

export type KeyCampaignPlan =
  | { readonly kind: 'wait' }
  | { readonly kind: 'begin'; readonly moves: readonly KeyMove[] }
  | { readonly kind: 'halt' }
  | { readonly kind: 'finish' };

/**
 * Decides what a running campaign does next, given all of its moves. A wave begins when the one
 * before is closed as a whole, and nothing begins once the budget is spent.
 */
export function planKeyCampaign(
  campaign: Pick<KeyCampaign, 'kind' | 'state' | 'failureBudget' | 'failuresAccepted'>,
  moves: readonly KeyMove[],
  now: Date,
): KeyCampaignPlan {
  if (campaign.state !== 'running') return { kind: 'wait' };
  const open = moves.filter(({ state }) => !CLOSED_KEY_MOVE_STATES.includes(state));
  if (isBudgetSpent(campaign, moves)) return { kind: 'halt' };
  if (open.length === 0) return { kind: 'finish' };
  // Who is asked for a key of their own answers in days: nobody else waits for that.
  const wave = campaign.kind === 'renew' ? null : Math.min(...open.map((move) => move.wave));
  const begun = open.filter(({ state }) => state === 'begun').length;
  const room = campaign.kind === 'renew' ? MOVES_AT_ONCE : MOVES_AT_ONCE - begun;
  const next = open
    .filter((move) => move.state === 'waiting' && (wave === null || move.wave === wave))
    .filter(
      (move) => move.attempts === 0 || now.getTime() - move.stateAt.getTime() >= RETRY_AFTER_MS,
    )
    .slice(0, Math.max(0, room));
  return next.length === 0 ? { kind: 'wait' } : { kind: 'begin', moves: next };
}

/**
 * True when more moves failed than the budget's share of all that the waves so far hold. So one
 * failure of the first instance is always one too many, and later waves may lose a few.
 */
function isBudgetSpent(
  { failureBudget, failuresAccepted }: Pick<KeyCampaign, 'failureBudget' | 'failuresAccepted'>,
  moves: readonly KeyMove[],
): boolean {
  const failed = moves.filter(({ state }) => state === 'reverted').length - failuresAccepted;
  const reached = Math.max(0, ...moves.map((move) => (move.state === 'waiting' ? 0 : move.wave)));
  const held = moves.filter(({ wave }) => wave <= reached).length;
  return failed > Math.floor(failureBudget * held);
}
