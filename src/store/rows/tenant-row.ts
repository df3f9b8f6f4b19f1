import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A tenant: our id and the name the product knows it by. */
@Entity('tenants')
@Index('tenants_external_ref', ['externalRef'], { unique: true })
export class TenantRow {
  @PrimaryColumn('text') id!: string;
  @Column('text', { name: 'external_ref' }) externalRef!: string;
  @Column('timestamptz', { name: 'suspended_at', nullable: true }) suspendedAt!: Date | null;
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
}
