import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/** One act or refusal; rows are only ever added. */
@Entity('audit')
@Index('audit_by_target', ['target', 'id'])
@Index('audit_settling', ['xact', 'id'])
export class AuditRow {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' }) id!: string;
  @Column('timestamptz') at!: Date;
  @Column('text') actor!: string;
  @Column('text') action!: string;
  @Column('text') target!: string;
  @Column('text') outcome!: string;
  @Column('text', { name: 'request_id', nullable: true }) requestId!: string | null;
  @Column('jsonb') details!: object;
  @Column('text', { name: 'from_address', nullable: true }) from!: string | null;
  /**
   * The transaction that wrote it: unlike the id, it tells when nothing older can still appear. Its
   * default stands here as TypeORM compares it, which is without the casts.
   */
  @Column('bigint', { default: () => '((pg_current_xact_id()))' }) xact!: string;
}
