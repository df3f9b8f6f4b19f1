import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/** An event, written with the change it tells of and read in order by whoever delivers it. */
@Entity('outbox')
@Index('outbox_by_time', ['at'])
@Index('outbox_untold', ['id'], { where: 'told_at IS NULL' })
export class OutboxRow {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' }) id!: string;
  @Column('timestamptz') at!: Date;
  @Column('text') topic!: string;
  @Column('text') key!: string;
  @Column('jsonb') payload!: object;
  /** When everybody who is to hear of it had a delivery of it. */
  @Column('timestamptz', { name: 'told_at', nullable: true }) toldAt!: Date | null;
}
