import { Check, Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';

/** A pool's key, bounds and present target as stored. */
@Entity('pools')
@Check(
  'pools_bounds',
  '0 <= idle_floor AND idle_floor <= idle_ceiling AND idle_ceiling <= members_max',
)
@Check('pools_target_in_bounds', '0 <= idle_target AND idle_target <= members_max')
export class PoolRow {
  @PrimaryColumn('text') id!: string;
  @Column('text', { name: 'size_class' }) sizeClass!: string;
  @Column('text', { name: 'openclaw_version' }) openclawVersion!: string;
  @Column('integer', { name: 'config_schema' }) configSchema!: number;
  @Column('text', { name: 'node_pool' }) nodePool!: string;
  @Column('integer', { name: 'idle_floor', default: 0 }) idleFloor!: number;
  @Column('integer', { name: 'idle_ceiling', default: 0 }) idleCeiling!: number;
  @Column('integer', { name: 'members_max' }) membersMax!: number;
  /** The bounds that the settings last gave, so that an operator's own are not undone. */
  @Column('text', { default: '' }) configured!: string;
  @Column('jsonb', { default: [] }) overrides!: object;
  @Column('integer', { name: 'idle_target' }) idleTarget!: number;
  @Column('timestamptz', { name: 'target_raised_at', nullable: true })
  targetRaisedAt!: Date | null;
  @Column('double precision', { name: 'start_tokens', default: 0 }) startTokens!: number;
  @Column('timestamptz', { name: 'start_tokens_at', default: () => 'now()' })
  startTokensAt!: Date;
  @Column('integer', { name: 'failures_in_a_row', default: 0 }) failuresInARow!: number;
  @Column('timestamptz', { name: 'breaker_opened_at', nullable: true })
  breakerOpenedAt!: Date | null;
  @Column('boolean', { name: 'is_breaker_final', default: false }) isBreakerFinal!: boolean;
  @Column('timestamptz', { name: 'paused_at', nullable: true }) pausedAt!: Date | null;

  @Column('text', { name: 'superseded_by', nullable: true })
  @ForeignKey(() => PoolRow, { name: 'pools_superseded_by' })
  supersededBy!: string | null;

  @Column('timestamptz', { name: 'superseded_at', nullable: true }) supersededAt!: Date | null;
  @Column('timestamptz', { name: 'died_early_at', nullable: true }) diedEarlyAt!: Date | null;
  @Column('integer', { name: 'member_deadline_ms', nullable: true })
  memberDeadlineMs!: number | null;
  @Column('text', { nullable: true }) hold!: string | null;
  @Column('text', { name: 'hold_reason', nullable: true }) holdReason!: string | null;

  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
}
