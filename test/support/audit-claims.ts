import { z } from 'zod';
import type { TestDatabase } from './database.js';

const Counts = z.array(
  z.object({
    claims: z.number(),
    claimed_instances: z.number(),
    shared_instances: z.number(),
    claims_without_instance: z.number(),
    instances_without_claim: z.number(),
  }),
);

/** Claim and instance name each other, one to one, or something went to two or to nobody. */
const COUNT = `
  SELECT
    (SELECT count(*)::integer FROM claims WHERE released_at IS NULL) AS claims,
    (SELECT count(*)::integer FROM instances
      WHERE claim_id IS NOT NULL AND state NOT IN ('failed', 'deleting', 'deleted'))
      AS claimed_instances,
    (SELECT count(*)::integer FROM (
      SELECT instance_id FROM claims WHERE released_at IS NULL
      GROUP BY instance_id HAVING count(*) > 1) AS shared) AS shared_instances,
    (SELECT count(*)::integer FROM claims LEFT JOIN instances
      ON instances.id = claims.instance_id AND instances.claim_id = claims.id
        AND instances.tenant_id = claims.tenant_id
      WHERE claims.released_at IS NULL AND instances.id IS NULL) AS claims_without_instance,
    (SELECT count(*)::integer FROM instances LEFT JOIN claims
      ON claims.id = instances.claim_id AND claims.instance_id = instances.id
      WHERE instances.claim_id IS NOT NULL AND claims.id IS NULL) AS instances_without_claim`;

/** What the database says of all claims after a run. */
export interface ClaimAudit {
  readonly claims: number;
  /** Instances that went to two, claims without their instance and the other way round. */
  readonly doubleAssignments: number;
  readonly lost: number;
}

/** Compares claims with instances; how it must end is the caller's to say. */
export async function auditClaims(database: Pick<TestDatabase, 'query'>): Promise<ClaimAudit> {
  const [counts] = Counts.parse(await database.query(COUNT, []));
  if (counts === undefined) throw new Error('the audit returned no row');
  return {
    claims: counts.claims,
    doubleAssignments: counts.shared_instances,
    lost: counts.claims_without_instance + counts.instances_without_claim,
  };
}
