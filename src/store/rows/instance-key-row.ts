import { Check, Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { InstanceRow } from './instance-row.js';

/** That an instance has a key of this name, and since which Vault version; never its value. */
@Entity('instance_keys')
@Check('instance_keys_owner_known', "owner IN ('tenant', 'platform')")
export class InstanceKeyRow {
  @PrimaryColumn('text', { name: 'instance_id' })
  @ForeignKey(() => InstanceRow, { name: 'instance_keys_instance' })
  instanceId!: string;

  @PrimaryColumn('text') name!: string;
  /** Whose key the value is. */
  @Column('text', { default: 'tenant' }) owner!: string;
  @Column('integer') version!: number;
  /** Revision of the instance's configuration that carries this version. */
  @Column('integer') revision!: number;
  /** Number of the rotation that brought the value, see keyField; 0 for one that was set. */
  @Column('integer', { default: 0 }) slot!: number;
  /** When a live call was last answered with this value. */
  @Column('timestamptz', { name: 'proven_at', nullable: true }) provenAt!: Date | null;
  @Column('timestamptz', { name: 'set_at' }) setAt!: Date;
  /** Since when its tenant is asked to renew it. */
  @Column('timestamptz', { name: 'renewal_due_at', nullable: true }) renewalDueAt!: Date | null;
  /** Set instead of deleting the row, so that a late report of an older version cannot revive it. */
  @Column('timestamptz', { name: 'removed_at', nullable: true }) removedAt!: Date | null;
}
