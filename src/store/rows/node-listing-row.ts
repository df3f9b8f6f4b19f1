import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** The last listing of nodes that was taken over: one row, which outlives the nodes that it named. */
@Entity('node_listings')
@Check('node_listings_is_one', "id = 'last'")
export class NodeListingRow {
  @PrimaryColumn('text') id!: string;
  /** The scheduler's index of it, which grows with each change. */
  @Column('bigint', { name: 'scheduler_index' }) schedulerIndex!: string;
  /** When it was taken over, by the database's clock. */
  @Column('timestamptz', { name: 'seen_at' }) seenAt!: Date;
}
