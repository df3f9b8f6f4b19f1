import type { Config } from '../config/read-config.js';
import type { offersOf } from '../domain/offers.js';

/** What the settings offer, as every role must see it. */
export function offerSettings(config: Config): Parameters<typeof offersOf>[0] {
  return {
    bounds: config.CLAWDEPLOY_POOLS,
    openclawVersion: config.CLAWDEPLOY_OPENCLAW_VERSION,
    defaultRegion: config.CLAWDEPLOY_NODE_POOL,
  };
}
