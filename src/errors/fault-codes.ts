import type { FaultKind } from './fault.js';

/**
 * Every fault code of the product with its kind: the one place where a code is declared.
 *
 * Codes are part of the API: they are documented in docs/errors.md (a tidy test compares the two)
 * and never change their meaning.
 */
export const FAULT_CODES = {
  request_invalid: 'invalid',
  request_too_large: 'invalid',
  route_unknown: 'invalid',
  method_unsupported: 'invalid',
  unauthenticated: 'invalid',
  forbidden: 'invalid',
  instance_unknown: 'invalid',
  key_unknown: 'invalid',
  provider_unknown: 'invalid',
  key_malformed: 'invalid',
  key_refused: 'invalid',
  rotation_unknown: 'invalid',
  rotation_unprovable: 'invalid',
  key_campaign_unknown: 'invalid',
  api_key_unknown: 'invalid',
  webhook_unknown: 'invalid',
  webhook_url_refused: 'invalid',
  delivery_unknown: 'invalid',
  size_class_unoffered: 'invalid',
  tenant_suspended: 'invalid',
  tenant_unknown: 'invalid',
  pool_unknown: 'invalid',
  sweep_unknown: 'invalid',
  pool_bounds_refused: 'invalid',
  config_invalid: 'invalid',
  config_refused: 'invalid',
  config_platform_owned: 'invalid',
  config_too_large: 'invalid',
  config_change_unknown: 'invalid',
  precondition_required: 'invalid',

  name_taken: 'conflict',
  idempotency_key_reused: 'conflict',
  api_key_shown_once: 'conflict',
  instance_not_ready: 'conflict',
  move_refused: 'conflict',
  write_superseded: 'conflict',
  keys_limit_reached: 'conflict',
  keys_lost: 'conflict',
  rotation_in_progress: 'conflict',
  key_campaign_in_progress: 'conflict',
  config_change_in_progress: 'conflict',
  restore_refused: 'conflict',
  precondition_failed: 'conflict',
  webhook_disabled: 'conflict',
  webhooks_limit_reached: 'conflict',

  pool_empty: 'capacity',
  streams_limit_reached: 'capacity',
  rate_limited: 'capacity',

  database_unreachable: 'unavailable',
  redis_unreachable: 'unavailable',
  issuer_unreachable: 'unavailable',
  nomad_unreachable: 'unavailable',
  nomad_refused: 'unavailable',
  consul_unreachable: 'unavailable',
  consul_refused: 'unavailable',
  vault_unreachable: 'unavailable',
  vault_sealed: 'unavailable',
  vault_refused: 'unavailable',
  gateway_unreachable: 'unavailable',
  gateway_refused: 'unavailable',
  edge_unreachable: 'unavailable',
  provider_unreachable: 'unavailable',
  config_schema_missing: 'unavailable',

  internal: 'bug',
  pool_bounds_inverted: 'bug',
  row_malformed: 'bug',
  reply_malformed: 'bug',
} as const satisfies Record<string, FaultKind>;

/** A stable, documented name of a failure. */
export type FaultCode = keyof typeof FAULT_CODES;
