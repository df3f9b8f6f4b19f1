import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { WebhookRow } from './webhook-row.js';

/** One event on its way to one webhook. */
@Entity('webhook_deliveries')
@Index('webhook_deliveries_due', ['webhookId', 'nextAttemptAt', 'id'], {
  where: "state = 'pending'",
})
@Index('webhook_deliveries_in_flight', ['webhookId'], { where: 'leased_until IS NOT NULL' })
@Index('webhook_deliveries_listed', ['webhookId', 'createdAt', 'id'])
@Index('webhook_deliveries_by_time', ['createdAt'])
@Check('webhook_deliveries_state_known', "state IN ('pending', 'delivered', 'failed')")
@Check(
  'webhook_deliveries_due_while_pending',
  "(state = 'pending') = (next_attempt_at IS NOT NULL)",
)
export class WebhookDeliveryRow {
  @PrimaryColumn('text') id!: string;

  @Column('text', { name: 'webhook_id' })
  @ForeignKey(() => WebhookRow, { name: 'webhook_deliveries_webhook', onDelete: 'CASCADE' })
  webhookId!: string;

  @Column('text', { name: 'event_id' }) eventId!: string;
  @Column('text') type!: string;
  @Column('timestamptz', { name: 'occurred_at' }) occurredAt!: Date;
  @Column('jsonb') data!: object;
  @Column('text') state!: string;
  @Column('integer', { default: 0 }) attempts!: number;
  @Column('timestamptz', { name: 'next_attempt_at', nullable: true }) nextAttemptAt!: Date | null;
  @Column('timestamptz', { name: 'last_attempt_at', nullable: true }) lastAttemptAt!: Date | null;
  @Column('integer', { name: 'last_status', nullable: true }) lastStatus!: number | null;
  @Column('text', { name: 'last_failure', nullable: true }) lastFailure!: string | null;
  /** Until when an attempt is some worker's. */
  @Column('timestamptz', { name: 'leased_until', nullable: true }) leasedUntil!: Date | null;
  @Column('integer', { default: 0 }) fence!: number;
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
}
