import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A right to work on something until a time by the database's clock. */
@Entity('leases')
export class LeaseRow {
  @PrimaryColumn('text') name!: string;
  @Column('text') holder!: string;
  @Column('integer') fence!: number;
  @Column('timestamptz', { name: 'expires_at' }) expiresAt!: Date;
}
