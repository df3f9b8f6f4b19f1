/** How a claim was served: at once, by a member that was coming, or by one made for it. */
export const CLAIM_OUTCOMES = ['warm', 'queued', 'cold'] as const;
export type ClaimOutcome = (typeof CLAIM_OUTCOMES)[number];

/** How many members a claim is given, one after the other, before its tenant is told of failure. */
export const CLAIM_ATTEMPTS_MAX = 3;
