import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** What a caller's idempotency key stands for; the answer is rebuilt from what it names. */
@Entity('idempotency_keys')
@Index('idempotency_keys_expiry', ['expiresAt'])
export class IdempotencyKeyRow {
  @PrimaryColumn('text') principal!: string;
  /** A digest: what callers send is theirs, and may be a secret by mistake. */
  @PrimaryColumn('text') key!: string;
  @Column('text', { name: 'request_hash' }) requestHash!: string;
  /** What the release before reads and writes for claims; `madeId` says the same. */
  @Column('text', { name: 'instance_id', nullable: true }) instanceId!: string | null;
  /** The id of what the request made. */
  @Column('text', { name: 'made_id', nullable: true }) madeId!: string | null;
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
  @Column('timestamptz', { name: 'expires_at' }) expiresAt!: Date;
}
