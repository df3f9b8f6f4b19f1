import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/** One act or refusal; rows are only ever added. */
@Entity('audit')
@Index('audit_by_target', ['target', 'id'])
export class AuditRow {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' }) id!: string;
  @Column('timestamptz') at!: Date;
  @Column('text') actor!: string;
  @Column('text') action!: string;
  @Column('text') target!: string;
  @Column('text') outcome!: string;
  @Column('text', { name: 'request_id', nullable: true }) requestId!: string | null;
  @Column('jsonb') details!: object;
}
