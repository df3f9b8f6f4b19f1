import { auditClaims } from '../../support/audit-claims.js';
import type { ClaimAudit } from '../../support/audit-claims.js';
import type { TestDatabase } from '../../support/database.js';
import type { Shot } from './load-plan.js';
import { isGiven } from './run-load.js';

/** The audit, and that every answer given stands for a claim of its own; throws when not. */
export async function requireSound(
  database: Pick<TestDatabase, 'query'>,
  shots: readonly Shot[],
): Promise<ClaimAudit> {
  const audit = await auditClaims(database);
  const given = shots.filter(({ status }) => isGiven(status)).map(({ says }) => says);
  const different = new Set(given).size;
  if (audit.doubleAssignments > 0 || audit.lost > 0 || different !== given.length) {
    const found = { ...audit, answers: given.length, differentAnswers: different };
    throw new Error(`claims went wrong: ${JSON.stringify(found)}`);
  }
  return audit;
}
