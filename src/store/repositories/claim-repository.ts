import type { EntityManager } from 'typeorm';
import { IsNull } from 'typeorm';
import { Fault } from '../../errors/index.js';
import type { InstanceId } from '../../domain/ids.js';
import type { ClaimStore } from '../../ports/index.js';
import { violatedConstraint } from '../database-errors.js';
import { ClaimRow } from '../rows/claim-row.js';

/** Claims in PostgreSQL; the unique indexes do the refusing. */
export class PostgresClaimStore implements ClaimStore {
  constructor(private readonly manager: EntityManager) {}

  async insert(claim: Parameters<ClaimStore['insert']>[0]): Promise<void> {
    const { at, ...columns } = claim;
    try {
      await this.manager.insert(ClaimRow, { ...columns, claimedAt: at, releasedAt: null });
    } catch (error) {
      if (violatedConstraint(error) !== 'claims_one_live_per_name') throw error;
      throw new Fault(
        'name_taken',
        'This tenant already has an instance of that name. Use it, delete it, or choose another name.',
        { cause: error },
      );
    }
  }

  async release(instanceId: InstanceId, at: Date): Promise<void> {
    await this.manager.update(ClaimRow, { instanceId, releasedAt: IsNull() }, { releasedAt: at });
  }
}
