import { join, resolve } from 'node:path';
import { StackError } from './stack-error.js';

/** Where everything of one development stack lies: the repository it runs and its state folder. */
export interface StackLayout {
  readonly root: string;
  readonly stateDir: string;
  /** Marks the folder as ours and says which version of this layout wrote it. */
  readonly stamp: string;
  readonly ports: string;
  readonly run: string;
  readonly lock: string;
  readonly state: string;
  readonly logs: string;
  /** Rendered configuration; some of it holds tokens, so all of it is mode 600. */
  readonly config: string;
  readonly secrets: string;
  readonly data: string;
  readonly chroot: string;
  readonly caddySocket: string;
  readonly jwks: string;
  readonly cli: string;
}

/** A Unix socket's path ends at 107 bytes; the longest name below the state folder is our measure. */
const STATE_DIR_BYTES_MAX = 107 - '/run/caddy.sock'.length;

/** The layout of the stack of `root` that keeps its state in `stateDir`. */
export function stackLayout(root: string, stateDir = join(root, '.clawdeploy')): StackLayout {
  const base = resolve(stateDir);
  if (Buffer.byteLength(base) > STATE_DIR_BYTES_MAX) {
    throw new StackError(
      `The state folder ${base} has too long a path for Unix sockets; use one of at most ` +
        `${STATE_DIR_BYTES_MAX} bytes.`,
    );
  }
  return {
    root: resolve(root),
    stateDir: base,
    stamp: join(base, 'stack.json'),
    ports: join(base, 'ports.json'),
    run: join(base, 'run'),
    lock: join(base, 'run', 'supervisor.lock'),
    state: join(base, 'run', 'state.json'),
    logs: join(base, 'logs'),
    config: join(base, 'config'),
    secrets: join(base, 'secrets'),
    data: join(base, 'data'),
    chroot: join(base, 'data', 'chroot'),
    caddySocket: join(base, 'run', 'caddy.sock'),
    jwks: join(base, 'jwks.json'),
    cli: join(base, 'cli.json'),
  };
}

/** The file of the secret `name`; made by `ensureSecret`, mode 600. */
export function secretFile(layout: StackLayout, name: SecretName): string {
  return join(layout.secrets, name);
}

/** The log of the process `name`. */
export function logFile(layout: StackLayout, name: string): string {
  return join(layout.logs, `${name}.log`);
}

/** Every secret that the stack keeps in a file of its own. */
export type SecretName =
  | 'consul-management.token'
  | 'consul-agent.token'
  | 'consul-nomad.token'
  | 'consul-control-plane.token'
  | 'consul-traefik.token'
  | 'nomad-management.token'
  | 'nomad-operator.token'
  | 'nomad-controller.token'
  | 'vault-unseal.key'
  | 'vault-root.token'
  | `vault-${ControlPlaneRole}.role-id`
  | `vault-${ControlPlaneRole}.secret-id`
  | 'postgres-superuser.password'
  | 'postgres-clawdeploy.password'
  | 'redis.password'
  | 'database.url'
  | 'redis.url'
  | 'signing-key.pem'
  | 'operator.token';

/** The roles of the service that run as processes of their own. */
export const CONTROL_PLANE_ROLES = ['api', 'controller', 'worker'] as const;

export type ControlPlaneRole = (typeof CONTROL_PLANE_ROLES)[number];
