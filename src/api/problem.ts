import type { FaultCode, FaultPart } from '../errors/index.js';
import { Fault } from '../errors/index.js';

/** What a caller is told of a failure: RFC 9457 with our stable code and the request's id. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: FaultCode;
  readonly requestId: string;
  /** Which parts of the request were wrong, as JSON pointers; values are never repeated. */
  readonly errors?: readonly FaultPart[];
}

/** A refused request with what was wrong where; `parts` never hold the values that were sent. */
export class InvalidRequest extends Fault {
  constructor(parts: readonly FaultPart[]) {
    super('request_invalid', 'The request is not valid; see errors for what to change.', { parts });
  }
}

/** Codes whose status differs from that of their kind. */
const STATUS_OF_CODE: Partial<Record<FaultCode, number>> = {
  request_too_large: 413,
  route_unknown: 404,
  method_unsupported: 405,
  unauthenticated: 401,
  forbidden: 403,
  instance_unknown: 404,
  key_unknown: 404,
  provider_unknown: 422,
  key_malformed: 422,
  key_refused: 422,
  rotation_unprovable: 422,
  rotation_unknown: 404,
  config_refused: 422,
  config_platform_owned: 422,
  config_too_large: 413,
  config_change_unknown: 404,
  precondition_required: 428,
  precondition_failed: 412,
  key_campaign_unknown: 404,
  api_key_unknown: 404,
  webhook_unknown: 404,
  webhook_url_refused: 422,
  delivery_unknown: 404,
  pool_bounds_refused: 422,
  pool_unknown: 404,
  // Another replica may well have room, so proxies are right to try one.
  streams_limit_reached: 503,
  sweep_unknown: 404,
  tenant_suspended: 403,
  tenant_unknown: 404,
};

const STATUS_OF_KIND = {
  invalid: 400,
  conflict: 409,
  // Not 503: we can serve, just not more now. Proxies must not take it for a broken server.
  capacity: 429,
  unavailable: 503,
  bug: 500,
} as const satisfies Record<Fault['kind'], number>;

/** The status that a fault is answered with. */
export function statusOf(fault: Pick<Fault, 'code' | 'kind'>): number {
  return STATUS_OF_CODE[fault.code] ?? STATUS_OF_KIND[fault.kind];
}

/** The fault that stands for any thrown thing: itself, or a bug whose cause it is. */
export function faultOf(error: unknown): Fault {
  if (error instanceof Fault) return error;
  return new Fault('internal', 'Something is wrong on our side; the operator has been told.', {
    cause: error,
  });
}

/** What is told of `fault`; the private details and causes stay in the log. */
export function problemOf(fault: Fault, requestId: string): Problem {
  return {
    type: `urn:clawdeploy:fault:${fault.code}`,
    title: fault.code.replaceAll('_', ' '),
    status: statusOf(fault),
    detail: fault.message,
    code: fault.code,
    requestId,
    ...(fault.parts.length > 0 ? { errors: fault.parts } : {}),
  };
}
