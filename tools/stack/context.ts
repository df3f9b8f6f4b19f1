import type { InstanceDriver } from '../setup/driver.js';
import { driverFor } from '../setup/driver.js';
import type { Toolchain } from '../setup/toolchain.js';
import type { StackLayout } from './layout.js';
import type { StackPorts } from './ports.js';

/** Which proxy stands in front of the instances. */
export type EdgeKind = 'caddy' | 'traefik';

/** Everything that the processes of one stack are started from. */
export interface StackContext {
  readonly layout: StackLayout;
  readonly stackId: string;
  readonly ports: StackPorts;
  readonly toolchain: Toolchain;
  readonly edge: EdgeKind;
  readonly withControlPlane: boolean;
  /** How Nomad runs instances; isolation needs root. */
  readonly driver: InstanceDriver;
  /** `CLAWDEPLOY_POOLS` of the controller, e.g. `s=2`. */
  readonly pools: string;
  /** More settings for the control plane, for tests and benchmarks. Never secrets. */
  readonly extraEnv: Readonly<Record<string, string>>;
}

/** Instances answer at `<id>.` this; names under `.localhost` resolve to the loopback address. */
export const BASE_DOMAIN = 'claws.localhost';

/** How this process's user lets Nomad run tasks. */
export function instanceDriver(): InstanceDriver {
  return driverFor(process.getuid?.() === 0);
}
