import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** What a caller's idempotency key stands for; the answer is rebuilt from the instance it names. */
@Entity('idempotency_keys')
@Index('idempotency_keys_expiry', ['expiresAt'])
export class IdempotencyKeyRow {
  @PrimaryColumn('text') principal!: string;
  /** A digest: what callers send is theirs, and may be a secret by mistake. */
  @PrimaryColumn('text') key!: string;
  @Column('text', { name: 'request_hash' }) requestHash!: string;
  @Column('text', { name: 'instance_id', nullable: true }) instanceId!: string | null;
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
  @Column('timestamptz', { name: 'expires_at' }) expiresAt!: Date;
}
