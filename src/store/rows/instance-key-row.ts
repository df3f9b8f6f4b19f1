import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { InstanceRow } from './instance-row.js';

/** That an instance has a key of this name, and since which Vault version; never its value. */
@Entity('instance_keys')
export class InstanceKeyRow {
  @PrimaryColumn('text', { name: 'instance_id' })
  @ForeignKey(() => InstanceRow, { name: 'instance_keys_instance' })
  instanceId!: string;

  @PrimaryColumn('text') name!: string;
  @Column('integer') version!: number;
  /** Revision of the instance's configuration that carries this version. */
  @Column('integer') revision!: number;
  @Column('timestamptz', { name: 'set_at' }) setAt!: Date;
  /** Set instead of deleting the row, so that a late report of an older version cannot revive it. */
  @Column('timestamptz', { name: 'removed_at', nullable: true }) removedAt!: Date | null;
}
