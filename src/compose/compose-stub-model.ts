import { startStubModel } from '../stub-model/server.js';
import type { Foundation } from './foundation.js';

/** Starts the stub model that warms members up. */
export async function startStubModelRole({ config, log, started }: Foundation): Promise<void> {
  const model = await startStubModel({
    host: config.CLAWDEPLOY_STUB_MODEL_HOST,
    port: config.CLAWDEPLOY_STUB_MODEL_PORT,
    log,
  });
  started.push({ name: 'stub model', stop: () => model.close() });
  log.info('stub model listening', { port: model.port });
}
