import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** One key exchanged across the fleet; of a kind and a key at most one campaign is not over. */
@Entity('key_campaigns')
@Index('key_campaigns_one_open', ['kind', 'keyName'], {
  unique: true,
  where: "state NOT IN ('done', 'aborted')",
})
@Check('key_campaigns_kind_known', "kind IN ('replace', 'renew')")
@Check(
  'key_campaigns_state_known',
  "state IN ('preparing', 'running', 'paused', 'halted', 'done', 'aborted')",
)
export class KeyCampaignRow {
  @PrimaryColumn('text') id!: string;
  @Column('text') kind!: string;
  @Column('text', { name: 'key_name' }) keyName!: string;
  @Column('text') state!: string;
  @Column('double precision', { name: 'failure_budget' }) failureBudget!: number;
  @Column('integer', { name: 'failures_accepted', default: 0 }) failuresAccepted!: number;
  @Column('text', { name: 'requested_by' }) requestedBy!: string;
  @Column('timestamptz', { name: 'requested_at' }) requestedAt!: Date;
  @Column('timestamptz', { name: 'state_at' }) stateAt!: Date;
  /** When its value was destroyed in Vault and nothing of it was left under way. */
  @Column('timestamptz', { name: 'settled_at', nullable: true }) settledAt!: Date | null;
}
