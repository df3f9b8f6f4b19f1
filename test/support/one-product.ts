import { downStack } from '../../tools/stack/stack.js';
import type { Product } from './product.js';
import { startProduct } from './product.js';
import { Shared } from './shared.js';

const OPTIONS = { pools: 's=1', extraEnv: { CLAWDEPLOY_LOG_LEVEL: 'debug' } };

/**
 * The product with one warm member behind Caddy, for suites that may kill what they like as long as it
 * heals; what they claimed is deleted after each. It logs all that it can, for those who look for leaks.
 */
export const oneProduct = new Shared<Product>(
  () => startProduct(OPTIONS),
  (product) => product.stop(),
  (product) => product.deleteClaimed(),
);

/** The other edge, and the driver for those without root. */
export const otherProduct = new Shared<Product>(
  () => startProduct({ edge: 'traefik', driver: 'raw_exec', pools: 's=1' }),
  (product) => product.stop(),
  (product) => product.deleteClaimed(),
);

/** Stops it and starts it again where it was: whoever has it goes on with it, for nothing of it moves. */
export async function sleepAndWake({ info }: Product): Promise<void> {
  const { stateDir } = info.layout;
  await downStack(stateDir);
  await startProduct({ ...OPTIONS, stateDir });
}
