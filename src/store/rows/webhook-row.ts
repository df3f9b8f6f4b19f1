import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** An address that is told of events; what signs for it is in Vault. */
@Entity('webhooks')
@Check('webhooks_audience_known', "audience IN ('product', 'operator')")
@Check('webhooks_reason_known', "disabled_reason IN ('asked', 'gone', 'failing')")
@Check('webhooks_disabled_why', '(disabled_at IS NULL) = (disabled_reason IS NULL)')
export class WebhookRow {
  @PrimaryColumn('text') id!: string;
  @Column('text') audience!: string;
  @Column('text') url!: string;
  /** Null for every event. */
  @Column('text', { name: 'event_types', array: true, nullable: true })
  eventTypes!: string[] | null;
  @Column('text') description!: string;
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
  @Column('text', { name: 'created_by' }) createdBy!: string;
  @Column('timestamptz', { name: 'disabled_at', nullable: true }) disabledAt!: Date | null;
  @Column('text', { name: 'disabled_reason', nullable: true }) disabledReason!: string | null;
  @Column('timestamptz', { name: 'failing_since', nullable: true }) failingSince!: Date | null;
  @Column('integer', { name: 'secret_version', default: 0 }) secretVersion!: number;
  @Column('integer', { name: 'previous_version', nullable: true }) previousVersion!: number | null;
  @Column('timestamptz', { name: 'previous_until', nullable: true }) previousUntil!: Date | null;
  @Column('timestamptz', { name: 'removed_at', nullable: true }) removedAt!: Date | null;
}
