import type { PublicNames } from '../api/present.js';
import type { Config } from '../config/read-config.js';

/** How people reach instances, as far as the settings say. */
export function publicNames(config: Config): PublicNames {
  const [, port] = config.CLAWDEPLOY_EDGE_ADDRESS.split(':');
  const edgePort = config.CLAWDEPLOY_PUBLIC_EDGE_PORT ?? Number(port);
  const { CLAWDEPLOY_PUBLIC_SCHEME: scheme, CLAWDEPLOY_BASE_DOMAIN: baseDomain } = config;
  return { scheme, baseDomain, edgePort };
}
