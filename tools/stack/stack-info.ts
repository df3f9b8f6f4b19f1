import type { StackContext } from './context.js';
import { BASE_DOMAIN } from './context.js';
import type { ControlPlaneRole, SecretName, StackLayout } from './layout.js';
import { secretFile } from './layout.js';
import { controlPlaneEnv } from './control-plane-env.js';
import type { StackPorts } from './ports.js';
import type { EdgeKind } from './context.js';

/** Where a running stack is and how to get in; what tests, benchmarks and the demo start from. */
export interface StackInfo {
  readonly layout: StackLayout;
  readonly stackId: string;
  readonly edge: EdgeKind;
  readonly baseDomain: string;
  readonly ports: StackPorts;
  readonly urls: {
    readonly api: string;
    readonly edge: string;
    readonly internal: string;
    readonly stubModel: string;
    readonly nomad: string;
    readonly consul: string;
    readonly vault: string;
  };
  /** True when `upStack` found the stack running and started nothing. */
  readonly wasRunning: boolean;
  /** The file of a secret. */
  secretFile(name: SecretName): string;
  /** The settings with which a process of the service finds this stack. */
  controlPlaneEnv(role: ControlPlaneRole): Record<string, string>;
}

/** Describes the stack that `context` started. */
export function describeStack(context: StackContext, wasRunning: boolean): StackInfo {
  const { layout, ports, stackId, edge } = context;
  const url = (port: number): string => `http://127.0.0.1:${port}`;
  return {
    layout,
    stackId,
    edge,
    baseDomain: BASE_DOMAIN,
    ports,
    urls: {
      api: url(ports.api),
      edge: url(ports.edge),
      internal: url(ports.internal),
      stubModel: `${url(ports.stubModel)}/v1`,
      nomad: url(ports.nomadHttp),
      consul: url(ports.consulHttp),
      vault: url(ports.vault),
    },
    wasRunning,
    secretFile: (name) => secretFile(layout, name),
    controlPlaneEnv: (role) => controlPlaneEnv(context, role),
  };
}
