import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** The place of one audit row in the chain; rows are only ever added. */
@Entity('audit_seals')
@Index('audit_seals_once', ['auditId'], { unique: true })
@Check('audit_seals_counted', 'number > 0')
export class AuditSealRow {
  /** From 1 without a gap: two that chain at once cannot both have the next one. */
  @PrimaryColumn('bigint') number!: string;
  @Column('bigint', { name: 'audit_id' }) auditId!: string;
  @Column('text') previous!: string;
  @Column('text') hash!: string;
  @Column('timestamptz', { name: 'sealed_at' }) sealedAt!: Date;
}
