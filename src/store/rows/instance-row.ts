import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { PoolRow } from './pool-row.js';
import { TenantRow } from './tenant-row.js';

/** An instance as stored. The partial indexes serve the claim and the controllers' round. */
@Entity('instances')
@Index('instances_claimable', ['poolId', 'claimRank', 'stateAt'], { where: "state = 'idle'" })
@Index('instances_admitted', ['poolId', 'admittedAt'], { where: 'admitted_at IS NOT NULL' })
@Index('instances_due', ['stateAt'], { where: "state NOT IN ('deleted', 'ready', 'stopped')" })
@Index('instances_by_tenant', ['tenantId', 'id'])
@Index('instances_by_pool', ['poolId', 'state'])
@Index('instances_one_allocation', ['allocationId'], {
  unique: true,
  where: "allocation_id IS NOT NULL AND state <> 'deleted'",
})
@Check(
  'instances_state_known',
  "state IN ('creating', 'warming', 'idle', 'binding', 'ready', 'resuming', 'stopped', 'trashed', 'failed', 'deleting', 'deleted')",
)
@Check(
  'instances_owned_when_bound',
  "state NOT IN ('binding', 'ready', 'resuming', 'stopped', 'trashed') OR tenant_id IS NOT NULL",
)
@Check('instances_trashed_for_a_time', "(state = 'trashed') <= (destroy_at IS NOT NULL)")
@Check('instances_idle_has_no_owner', "state <> 'idle' OR tenant_id IS NULL")
export class InstanceRow {
  @PrimaryColumn('text') id!: string;

  @Column('text', { name: 'pool_id' })
  @ForeignKey(() => PoolRow, { name: 'instances_pool' })
  poolId!: string;

  @Column('text') state!: string;
  @Column('timestamptz', { name: 'state_at' }) stateAt!: Date;
  @Column('text', { name: 'size_class' }) sizeClass!: string;
  @Column('text', { name: 'openclaw_version' }) openclawVersion!: string;
  @Column('integer', { default: 0 }) fence!: number;

  @Column('text', { name: 'tenant_id', nullable: true })
  @ForeignKey(() => TenantRow, { name: 'instances_tenant' })
  tenantId!: string | null;

  @Column('text', { name: 'claim_id', nullable: true }) claimId!: string | null;
  @Column('text', { nullable: true }) name!: string | null;
  @Column('text', { name: 'binding_step', nullable: true }) bindingStep!: string | null;
  @Column('text', { name: 'resume_step', nullable: true }) resumeStep!: string | null;
  @Column('timestamptz', { name: 'restart_from', nullable: true }) restartFrom!: Date | null;
  @Column('timestamptz', { name: 'destroy_at', nullable: true }) destroyAt!: Date | null;
  @Column('integer', { default: 1 }) revision!: number;
  @Column('integer', { name: 'revision_applied', default: 0 }) revisionApplied!: number;
  @Column('integer', { name: 'gateway_version', default: 1 }) gatewayVersion!: number;
  @Column('integer', { name: 'key_version', default: 0 }) keyVersion!: number;
  @Column('integer', { name: 'keys_pruned_to', default: 0 }) keysPrunedTo!: number;
  @Column('text', { name: 'allocation_id', nullable: true }) allocationId!: string | null;
  @Column('text', { name: 'node_id', nullable: true }) nodeId!: string | null;
  @Column('text', { nullable: true }) address!: string | null;
  @Column('timestamptz', { name: 'suspect_at', nullable: true }) suspectAt!: Date | null;
  @Column('timestamptz', { name: 'draining_at', nullable: true }) drainingAt!: Date | null;
  @Column('timestamptz', { name: 'held_at', nullable: true }) heldAt!: Date | null;
  @Column('text', { name: 'failure_code', nullable: true }) failureCode!: string | null;
  @Column('text', { name: 'failure_sentence', nullable: true }) failureSentence!: string | null;
  @Column('timestamptz', { name: 'start_granted_at', nullable: true }) startGrantedAt!: Date | null;
  @Column('text', { name: 'blocked_by', nullable: true }) blockedBy!: string | null;
  /** When it first became idle or was bound: the end of its boot. */
  @Column('timestamptz', { name: 'admitted_at', nullable: true }) admittedAt!: Date | null;
  /** How many idle members its node had when it came; claims take low ranks first, node by node. */
  @Column('integer', { name: 'claim_rank', default: 0 }) claimRank!: number;

  @Column('text', { name: 'replaced_by', nullable: true })
  @ForeignKey(() => InstanceRow, { name: 'instances_replaced_by' })
  replacedBy!: string | null;

  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
  @Column('timestamptz', { name: 'ready_at', nullable: true }) readyAt!: Date | null;
}
