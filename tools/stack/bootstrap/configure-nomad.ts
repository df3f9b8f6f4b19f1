import { randomUUID } from 'node:crypto';
import type { StackContext } from '../context.js';
import { ensureSecret, readText, writeAtomically } from '../files.js';
import { callApi, callApiOk, textAt, untilWorks } from '../http.js';
import type { SecretName } from '../layout.js';
import { secretFile } from '../layout.js';
import { StackError } from '../stack-error.js';
import { renderTemplate } from '../templates.js';

const POLICIES = {
  'clawdeploy-controller': 'Runs the jobs of instances.',
  'clawdeploy-operator': 'Looks after the fleet; reads no tenant secret.',
} as const;

const TOKENS: readonly { secret: SecretName; policy: keyof typeof POLICIES }[] = [
  { secret: 'nomad-controller.token', policy: 'clawdeploy-controller' },
  { secret: 'nomad-operator.token', policy: 'clawdeploy-operator' },
];

/** Bootstraps Nomad's ACLs once and applies nomad/acl and nomad/scheduler. Repeatable. */
export async function configureNomad(context: StackContext, signal: AbortSignal): Promise<void> {
  const { layout, ports } = context;
  const base = `http://127.0.0.1:${ports.nomadHttp}/v1`;
  const management = ensureSecret(secretFile(layout, 'nomad-management.token'), randomUUID);
  const headers = { 'x-nomad-token': management };
  // A server that has just become leader refuses writes for a moment.
  await untilWorks(() => bootstrap(base, management, signal), { withinMs: 20_000, signal });

  const put = (path: string, body: unknown): Promise<unknown> =>
    callApiOk(`${base}${path}`, { method: 'PUT', headers, body, signal });
  await Promise.all([
    put('/operator/scheduler/configuration', scheduler(context)),
    ...Object.entries(POLICIES).map(([name, description]) =>
      put(`/acl/policy/${name}`, {
        Name: name,
        Description: description,
        Rules: renderTemplate(layout, `nomad/acl/${name}.policy.hcl`),
      }),
    ),
  ]);
  await Promise.all(
    TOKENS.map(async ({ secret, policy }) => {
      const file = secretFile(layout, secret);
      if (await isKnown(base, readText(file), signal)) return;
      const body = { Name: secret.replace('.token', ''), Type: 'client', Policies: [policy] };
      const made = await callApiOk(`${base}/acl/token`, { method: 'PUT', headers, body, signal });
      writeAtomically(file, `${textAt(made, 'SecretID')}\n`);
    }),
  );
}

function scheduler({ layout }: StackContext): unknown {
  return JSON.parse(renderTemplate(layout, 'nomad/scheduler/scheduler.json'));
}

async function bootstrap(base: string, management: string, signal: AbortSignal): Promise<void> {
  if (await isKnown(base, management, signal)) return;
  const reply = await callApi(`${base}/acl/bootstrap`, {
    method: 'PUT',
    body: { BootstrapSecret: management },
    signal,
  });
  if (reply.status === 200) return;
  if (reply.text.includes('already done')) {
    throw new StackError(
      'Nomad was set up with another management token than the one in the secrets folder; put ' +
        'the file nomad-management.token back, or move the state folder away.',
    );
  }
  throw new Error(`Nomad's ACL bootstrap answered ${reply.status}: ${reply.text.slice(0, 200)}`);
}

async function isKnown(base: string, token: string | null, signal: AbortSignal): Promise<boolean> {
  if (token === null) return false;
  const headers = { 'x-nomad-token': token };
  return (await callApi(`${base}/acl/token/self`, { headers, signal })).status === 200;
}
