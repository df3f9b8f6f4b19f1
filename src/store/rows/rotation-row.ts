import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { InstanceRow } from './instance-row.js';

/** A rotation of an instance's keys; at most one of an instance is open. */
@Entity('rotations')
@Index('rotations_numbered', ['instanceId', 'number'], { unique: true })
@Index('rotations_one_open', ['instanceId'], {
  unique: true,
  where: "state NOT IN ('verified', 'unconfirmed', 'reverted')",
})
@Check(
  'rotations_state_known',
  "state IN ('writing', 'proving', 'proven', 'switching', 'verified', 'unconfirmed', 'reverting', 'reverted')",
)
@Check('rotations_owner_known', "owner IN ('tenant', 'platform')")
export class RotationRow {
  @PrimaryColumn('text') id!: string;

  @Column('text', { name: 'instance_id' })
  @ForeignKey(() => InstanceRow, { name: 'rotations_instance' })
  instanceId!: string;

  @Column('integer') number!: number;
  @Column('text', { array: true }) names!: string[];
  /** Whose keys the new values are. */
  @Column('text', { default: 'tenant' }) owner!: string;
  @Column('text') state!: string;
  @Column('integer', { default: 0 }) revision!: number;
  @Column('text', { nullable: true }) reason!: string | null;
  @Column('timestamptz', { name: 'requested_at' }) requestedAt!: Date;
  @Column('timestamptz', { name: 'state_at' }) stateAt!: Date;
  @Column('timestamptz', { name: 'proven_at', nullable: true }) provenAt!: Date | null;
}
