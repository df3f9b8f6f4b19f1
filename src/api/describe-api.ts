import type { ApiCommands } from './all-endpoints.js';
import { allEndpoints } from './all-endpoints.js';
import { documentOf } from './document-routes.js';
import type { Operations } from './ops.js';
import { opsRoutes } from './ops.js';
import type { PublicNames } from './present.js';

/** No answer is made, so none of these names is ever seen. */
const NOWHERE: PublicNames = { scheme: 'http', baseDomain: '', edgePort: 0 };

/**
 * The OpenAPI document as the running service serves it, without a service: handlers are declared
 * and never called, so that what they would call may be anything.
 */
export function describeApi(version: string): object {
  const uncalled: unknown = new Proxy({}, { get: () => ({}) });
  const endpoints = allEndpoints(uncalled as ApiCommands, NOWHERE);
  return documentOf({ endpoints, openRoutes: opsRoutes(uncalled as Operations), version });
}
