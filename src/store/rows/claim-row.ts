import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { InstanceRow } from './instance-row.js';
import { TenantRow } from './tenant-row.js';

/**
 * A tenant's hold on an instance, live until released. The two unique indexes are the invariants:
 * an instance is claimed at most once in its life, and a tenant has one live claim per name.
 */
@Entity('claims')
@Index('claims_one_per_instance', ['instanceId'], { unique: true })
@Index('claims_one_live_per_name', ['tenantId', 'name'], {
  unique: true,
  where: 'released_at IS NULL',
})
@Index('claims_by_offer', ['offer', 'claimedAt'])
@Check('claims_outcome_known', "outcome IN ('warm', 'queued', 'cold')")
export class ClaimRow {
  @PrimaryColumn('text') id!: string;

  @Column('text', { name: 'tenant_id' })
  @ForeignKey(() => TenantRow, { name: 'claims_tenant' })
  tenantId!: string;

  @Column('text', { name: 'instance_id' })
  @ForeignKey(() => InstanceRow, { name: 'claims_instance' })
  instanceId!: string;

  @Column('text') name!: string;
  /** What was asked for, size class and region, whichever pool served it. */
  @Column('text', { default: '' }) offer!: string;
  @Column('text', { default: 'warm' }) outcome!: string;
  /** Members given to it so far. */
  @Column('integer', { default: 1 }) attempts!: number;
  @Column('timestamptz', { name: 'claimed_at' }) claimedAt!: Date;
  @Column('timestamptz', { name: 'released_at', nullable: true }) releasedAt!: Date | null;
}
