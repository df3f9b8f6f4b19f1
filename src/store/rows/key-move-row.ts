import { Check, Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { InstanceRow } from './instance-row.js';
import { KeyCampaignRow } from './key-campaign-row.js';
import { RotationRow } from './rotation-row.js';

/** One instance's part in a key campaign. */
@Entity('key_moves')
@Check('key_moves_state_known', "state IN ('waiting', 'begun', 'verified', 'reverted', 'skipped')")
export class KeyMoveRow {
  @PrimaryColumn('text', { name: 'campaign_id' })
  @ForeignKey(() => KeyCampaignRow, { name: 'key_moves_campaign' })
  campaignId!: string;

  @PrimaryColumn('text', { name: 'instance_id' })
  @ForeignKey(() => InstanceRow, { name: 'key_moves_instance' })
  instanceId!: string;

  @Column('integer') wave!: number;
  @Column('text') state!: string;

  @Column('text', { name: 'rotation_id', nullable: true })
  @ForeignKey(() => RotationRow, { name: 'key_moves_rotation' })
  rotationId!: string | null;

  @Column('text', { nullable: true }) reason!: string | null;
  @Column('integer', { default: 0 }) attempts!: number;
  @Column('timestamptz', { name: 'state_at' }) stateAt!: Date;
}
