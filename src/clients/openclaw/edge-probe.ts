import type { InstanceId } from '../../domain/ids.js';
import type { EdgeProbe, TokenVerdict } from '../../ports/index.js';
import type { HttpTransport } from '../http/http-transport.js';
import { askWithToken } from './token-verdict.js';

/**
 * The tenants' way in, taken by us: the edge is called at its own address, and told by the Host
 * header which instance is meant, so that no name has to resolve where the control plane runs.
 */
export class HttpEdgeProbe implements EdgeProbe {
  /** @param transport of the system `gateway` whose base URL is the edge. */
  constructor(
    private readonly transport: HttpTransport,
    private readonly options: { readonly baseDomain: string },
  ) {}

  tryToken(instanceId: InstanceId, token: string, signal: AbortSignal): Promise<TokenVerdict> {
    const headers = { host: `${instanceId}.${this.options.baseDomain}` };
    return askWithToken(this.transport, { headers }, token, signal);
  }
}
