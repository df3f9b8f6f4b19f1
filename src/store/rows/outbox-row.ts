import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/** An event, written with the change it tells of and read in order by whoever delivers it. */
@Entity('outbox')
@Index('outbox_by_time', ['at'])
export class OutboxRow {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' }) id!: string;
  @Column('timestamptz') at!: Date;
  @Column('text') topic!: string;
  @Column('text') key!: string;
  @Column('jsonb') payload!: object;
}
