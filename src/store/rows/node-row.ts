import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A machine as the scheduler last told of it; a projection that claims may read. */
@Entity('nodes')
export class NodeRow {
  @PrimaryColumn('text') id!: string;
  @Column('text') name!: string;
  @Column('text', { name: 'node_pool' }) nodePool!: string;
  @Column('boolean', { name: 'is_eligible' }) isEligible!: boolean;
  @Column('timestamptz', { name: 'seen_at' }) seenAt!: Date;
}
