import { z } from 'zod';
import type { ClaimId, InstanceId, PoolId, TenantId } from '../../domain/ids.js';
import type { FailureCode, Instance } from '../../domain/instance.js';
import { BINDING_STEPS, INSTANCE_STATES, RESUME_STEPS } from '../../domain/instance.js';
import { SIZE_CLASS_NAMES } from '../../domain/size-classes.js';
import type { InstanceRow } from '../rows/instance-row.js';
import { storedIn } from '../stored-words.js';

const StoredWords = z.object({
  state: z.enum(INSTANCE_STATES),
  sizeClass: z.enum(SIZE_CLASS_NAMES),
  bindingStep: z.enum(BINDING_STEPS).nullable(),
  resumeStep: z.enum(RESUME_STEPS).nullable(),
});

/** A stored row as a domain instance; a row that no code of ours can have written is a bug. */
export function toInstance(row: InstanceRow): Instance {
  const words = storedIn('instances', row, StoredWords);
  return {
    ...words,
    id: row.id as InstanceId,
    poolId: row.poolId as PoolId,
    openclawVersion: row.openclawVersion,
    fence: row.fence,
    tenantId: row.tenantId as TenantId | null,
    claimId: row.claimId as ClaimId | null,
    name: row.name,
    restartFrom: row.restartFrom,
    destroyAt: row.destroyAt,
    revision: row.revision,
    revisionApplied: row.revisionApplied,
    gatewayVersion: row.gatewayVersion,
    keyVersion: row.keyVersion,
    keysPrunedTo: row.keysPrunedTo,
    allocationId: row.allocationId,
    nodeId: row.nodeId,
    address: row.address,
    suspectAt: row.suspectAt,
    startGrantedAt: row.startGrantedAt,
    blockedBy: row.blockedBy,
    replacedBy: row.replacedBy as InstanceId | null,
    failure:
      row.failureCode === null
        ? null
        : { code: row.failureCode as FailureCode, sentence: row.failureSentence ?? '' },
    createdAt: row.createdAt,
    stateAt: row.stateAt,
    readyAt: row.readyAt,
  };
}
