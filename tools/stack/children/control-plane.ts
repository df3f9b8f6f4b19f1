import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ChildName, ChildSpec } from '../child-spec.js';
import type { StackContext } from '../context.js';
import { controlPlaneEnv } from '../control-plane-env.js';
import { answers } from '../http.js';
import type { ControlPlaneRole } from '../layout.js';
import { StackError } from '../stack-error.js';

/** The service's own processes, in the order in which they are ended. */
export function controlPlaneSpecs(context: StackContext): ChildSpec[] {
  const { ports } = context;
  return [
    roleSpec(context, { name: 'api', role: 'api', port: ports.api }),
    roleSpec(context, { name: 'controller', role: 'controller', port: ports.controllerHealth }),
    roleSpec(context, { name: 'worker', role: 'worker', port: ports.workerHealth }),
    roleSpec(context, { name: 'stub-model', role: 'api', port: ports.stubModel }),
  ];
}

/** The built entry of the service; throws the sentence that says how to build it. */
export function serviceEntry({ layout }: Pick<StackContext, 'layout'>): string {
  const entry = join(layout.root, 'build', 'dist', 'src', 'main.js');
  if (!existsSync(entry)) {
    throw new StackError('The service is not built yet; run `make setup` first.');
  }
  return entry;
}

/**
 * How Node runs the service. Told how large its heap may get, V8 collects earlier: a controller over
 * 2,000 members takes 130 MB instead of 200, and no more time (docs/benchmarks.md).
 */
export const SERVICE_NODE_ARGS = ['--enable-source-maps', '--max-old-space-size=256'] as const;

function roleSpec(
  context: StackContext,
  { name, role, port }: { name: ChildName; role: ControlPlaneRole; port: number },
): ChildSpec {
  return {
    name,
    port,
    startLimitMs: 60_000,
    command: () =>
      Promise.resolve({
        file: process.execPath,
        args: [...SERVICE_NODE_ARGS, serviceEntry(context), name],
        env: controlPlaneEnv(context, role),
      }),
    isHealthy: (signal) => answers(`http://127.0.0.1:${port}/healthz`, 200, signal),
  };
}
