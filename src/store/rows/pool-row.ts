import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** A pool's key and bounds as stored. */
@Entity('pools')
@Check('pools_bounds', 'idle_target >= 0 AND idle_target <= members_max')
export class PoolRow {
  @PrimaryColumn('text') id!: string;
  @Column('text', { name: 'size_class' }) sizeClass!: string;
  @Column('text', { name: 'openclaw_version' }) openclawVersion!: string;
  @Column('integer', { name: 'config_schema' }) configSchema!: number;
  @Column('text', { name: 'node_pool' }) nodePool!: string;
  @Column('integer', { name: 'idle_target' }) idleTarget!: number;
  @Column('integer', { name: 'members_max' }) membersMax!: number;
  @Column('integer', { name: 'failures_in_a_row', default: 0 }) failuresInARow!: number;
  @Column('timestamptz', { name: 'breaker_opened_at', nullable: true })
  breakerOpenedAt!: Date | null;
  @Column('timestamptz', { name: 'paused_at', nullable: true }) pausedAt!: Date | null;
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
}
