import { Column, Entity, PrimaryColumn } from 'typeorm';

/** How many claims of an offer were refused in the bucket that begins at `at`. */
@Entity('refusals')
export class RefusalRow {
  @PrimaryColumn('text') offer!: string;
  @PrimaryColumn('timestamptz') at!: Date;
  @Column('integer') refusals!: number;
}
