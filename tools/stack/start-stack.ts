import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { configureConsul, trustNomadServices } from './bootstrap/configure-consul.js';
import { configureNomad } from './bootstrap/configure-nomad.js';
import { configureVault, trustNomadTasks } from './bootstrap/configure-vault.js';
import { hasNomadSnapshot, snapshotNomad } from './bootstrap/snapshot-nomad.js';
import type { ChildName, ChildSpec } from './child-spec.js';
import { consulSpec } from './children/consul.js';
import { controlPlaneSpecs, serviceEntry } from './children/control-plane.js';
import { edgeSpec } from './children/edge.js';
import { nomadSpec } from './children/nomad.js';
import { postgresSpec } from './children/postgres.js';
import { redisSpec } from './children/redis.js';
import { vaultSpec } from './children/vault.js';
import type { StackContext } from './context.js';
import { controlPlaneEnv } from './control-plane-env.js';
import { textField } from './json.js';
import { ensureIdentity } from './identity.js';
import { markedEnvironment } from './processes.js';
import { StackError } from './stack-error.js';

const run = promisify(execFile);

const MIGRATE_LIMIT_MS = 120_000;

/** The steps of a start, in the words that people read. */
export const STEPS = {
  identity: 'signing key and operator token',
  postgres: 'PostgreSQL',
  redis: 'Redis',
  consul: 'Consul',
  vault: 'Vault, unsealed',
  'consul-acl': 'Consul policies and tokens',
  'vault-policies': 'Vault engines, policies and roles',
  nomad: 'Nomad',
  'nomad-acl': 'Nomad policies and tokens',
  'nomad-client': 'Nomad again, with its client (first start only)',
  trust: 'workload identity: Nomad → Vault and Consul',
  edge: 'edge',
  migrate: 'database schema',
  'stub-model': 'stub model',
  api: 'API',
  controller: 'controller',
  worker: 'worker',
} as const;

/** A step of a start. */
export type StepName = keyof typeof STEPS;

/** Runs one step, reporting when it begins and ends. */
export type StepRunner = (name: StepName, act: () => Promise<unknown>) => Promise<void>;

/** Starts a process, or starts it anew, and resolves when it is healthy. */
export interface ChildStarter {
  start(name: ChildName): Promise<void>;
  restart(name: ChildName): Promise<void>;
}

/** Every process of the stack that `context` describes. */
export function stackSpecs(context: StackContext): ChildSpec[] {
  const servers = [
    postgresSpec(context),
    redisSpec(context),
    consulSpec(context),
    vaultSpec(context),
    nomadSpec(context),
    edgeSpec(context),
  ];
  return context.withControlPlane ? [...servers, ...controlPlaneSpecs(context)] : servers;
}

/**
 * Starts everything, as much at once as the servers' needs allow:
 *
 *     postgres ───────────────► migrate ─┐
 *     redis ─────────────────────────────┤
 *     consul ─► its ACLs ─► nomad ─► its ACLs ─► trust ─► api, controller, worker
 *     vault ─► its policies ─────────────────────┘
 *     edge (Traefik after Consul's ACLs), stub model
 *
 * Nomad waits for Consul's ACLs because its client looks for Consul once at its start, and then
 * only every 15 s.
 */
export async function startStack(
  context: StackContext,
  children: ChildStarter,
  { step, signal }: { readonly step: StepRunner; readonly signal: AbortSignal },
): Promise<void> {
  const child = (name: ChildName): Promise<void> => step(name, () => children.start(name));

  const identity = step('identity', () => ensureIdentity(context));
  const postgres = child('postgres');
  const redis = child('redis');
  const consulAcl = child('consul').then(() =>
    step('consul-acl', () => configureConsul(context, signal)),
  );
  const vaultPolicies = child('vault').then(() =>
    step('vault-policies', () => configureVault(context, signal)),
  );
  const edge = (context.edge === 'traefik' ? consulAcl : Promise.resolve()).then(() =>
    child('edge'),
  );
  const nomadAcl = consulAcl
    .then(() => child('nomad'))
    .then(() => step('nomad-acl', () => configureNomad(context, signal)))
    .then(async () => {
      if (!hasNomadSnapshot(context)) {
        await snapshotNomad(context, signal);
        await step('nomad-client', () => children.restart('nomad'));
      }
      await snapshotNomad(context, signal);
    });
  const trust = Promise.all([nomadAcl, vaultPolicies]).then(() =>
    step('trust', async () => {
      await Promise.all([trustNomadTasks(context, signal), trustNomadServices(context, signal)]);
    }),
  );
  const servers = Promise.all([identity, postgres, redis, trust, edge]);
  if (!context.withControlPlane) {
    await servers;
    return;
  }
  const migrated = postgres.then(() => step('migrate', () => migrate(context, signal)));
  const stubModel = child('stub-model');
  await Promise.all([servers, migrated, stubModel]);
  await Promise.all([child('api'), child('controller'), child('worker')]);
}

async function migrate(context: StackContext, signal: AbortSignal): Promise<void> {
  const env = {
    ...markedEnvironment(context.stackId, 'migrate'),
    ...controlPlaneEnv(context, 'api'),
  };
  try {
    await run(process.execPath, [serviceEntry(context), 'migrate'], {
      env,
      signal,
      timeout: MIGRATE_LIMIT_MS,
    });
  } catch (error) {
    const said = textField(error, 'stderr') + textField(error, 'stdout');
    const end = said.trimEnd().split('\n').slice(-5).join('\n    ');
    throw new StackError(`The database schema could not be brought up to date:\n    ${end}`, error);
  }
}
