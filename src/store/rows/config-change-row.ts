import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { InstanceRow } from './instance-row.js';

/** A change of a tenant's configuration; at most one of an instance is open. */
@Entity('config_changes')
@Index('config_changes_numbered', ['instanceId', 'number'], { unique: true })
@Index('config_changes_one_open', ['instanceId'], { unique: true, where: "state = 'applying'" })
@Check('config_changes_state_known', "state IN ('applying', 'applied', 'reverted')")
export class ConfigChangeRow {
  @PrimaryColumn('text') id!: string;

  @Column('text', { name: 'instance_id' })
  @ForeignKey(() => InstanceRow, { name: 'config_changes_instance' })
  instanceId!: string;

  @Column('integer') number!: number;
  @Column('text') state!: string;
  /** All of the tenant's part as it is after the change. */
  @Column('jsonb') config!: unknown;
  @Column('jsonb') diff!: unknown;
  @Column('integer') revision!: number;
  @Column('text', { nullable: true }) reason!: string | null;
  @Column('timestamptz', { name: 'requested_at' }) requestedAt!: Date;
  @Column('timestamptz', { name: 'state_at' }) stateAt!: Date;
}
