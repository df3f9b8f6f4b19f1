import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A pass of the sweeper, asked for or done. At most one of a kind waits to be done. */
@Entity('sweeps')
@Index('sweeps_by_time', ['requestedAt'])
@Index('sweeps_one_waiting', ['isDryRun'], { unique: true, where: 'report IS NULL' })
export class SweepRow {
  @PrimaryColumn('text') id!: string;
  @Column('timestamptz', { name: 'requested_at' }) requestedAt!: Date;
  @Column('text', { name: 'requested_by', nullable: true }) requestedBy!: string | null;
  @Column('boolean', { name: 'is_dry_run' }) isDryRun!: boolean;
  @Column('jsonb', { nullable: true }) report!: object | null;
}
