import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A key with which a backend calls the API. */
@Entity('api_keys')
@Index('api_keys_digest_once', ['digest'], { unique: true })
@Check('api_keys_digest_is_sha256', "digest ~ '^[0-9a-f]{64}$'")
@Check('api_keys_role_known', "role IN ('tenant', 'product', 'operator', 'auditor')")
@Check('api_keys_tenant_named', "(role = 'tenant') = (tenant_ref IS NOT NULL)")
@Check('api_keys_life_bounded', "expires_at <= created_at + interval '366 days'")
export class ApiKeyRow {
  @PrimaryColumn('text') id!: string;
  @Column('text') digest!: string;
  @Column('text') name!: string;
  @Column('text') role!: string;
  @Column('text', { name: 'tenant_ref', nullable: true }) tenantRef!: string | null;
  /** Null for all that the role may do. */
  @Column('text', { array: true, nullable: true }) scopes!: string[] | null;
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
  @Column('text', { name: 'created_by' }) createdBy!: string;
  @Column('timestamptz', { name: 'expires_at' }) expiresAt!: Date;
  @Column('timestamptz', { name: 'last_used_at', nullable: true }) lastUsedAt!: Date | null;
  @Column('timestamptz', { name: 'revoked_at', nullable: true }) revokedAt!: Date | null;
}
