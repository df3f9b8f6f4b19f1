import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import type { StackContext } from '../context.js';
import { ensureSecret } from '../files.js';
import { callApi, callApiOk, textAt, untilWorks } from '../http.js';
import { field } from '../json.js';
import type { SecretName } from '../layout.js';
import { secretFile } from '../layout.js';
import { renderTemplate } from '../templates.js';

/** Each token of the stack with the one policy it carries. */
const TOKENS: readonly { secret: SecretName; policy: string; description: string }[] = [
  { secret: 'consul-agent.token', policy: 'consul-agent', description: 'Consul agent' },
  { secret: 'consul-nomad.token', policy: 'nomad-agent', description: 'Nomad agent' },
  {
    secret: 'consul-control-plane.token',
    policy: 'clawdeploy-control-plane',
    description: 'ClawDeploy control plane',
  },
  { secret: 'consul-traefik.token', policy: 'traefik', description: 'Traefik' },
];

const POLICIES = [...TOKENS.map(({ policy }) => policy), 'openclaw-service'];

/** Applies consul/acl: policies, and tokens whose secrets this stack chose itself. Repeatable. */
export async function configureConsul(context: StackContext, signal: AbortSignal): Promise<void> {
  const consul = consulApi(context, signal);
  await Promise.all(POLICIES.map((name) => applyPolicy(context, consul, name)));
  await Promise.all(
    TOKENS.map(async ({ secret, policy, description }) => {
      const secretId = ensureSecret(secretFile(context.layout, secret), randomUUID);
      const self = await consul.asToken(secretId);
      const body = { Description: description, Policies: [{ Name: policy }], Local: true };
      if (self === null) await consul.put('/token', { ...body, SecretID: secretId });
      else await consul.put(`/token/${self}`, { ...body, AccessorID: self });
    }),
  );
}

/** Lets the services of Nomad's jobs log in with their identities. Needs Nomad's public keys. */
export async function trustNomadServices(
  context: StackContext,
  signal: AbortSignal,
): Promise<void> {
  const consul = consulApi(context, signal);
  const { layout, ports } = context;
  const method = renderTemplate(layout, 'consul/acl/nomad-services.auth-method.json', {
    nomad_http_port: ports.nomadHttp,
  });
  const known = await consul.get('/auth-method/nomad-services', [404]);
  const path = known.status === 404 ? '/auth-method' : '/auth-method/nomad-services';
  await untilWorks(() => consul.put(path, JSON.parse(method)), { withinMs: 15_000, signal });

  const rule: unknown = JSON.parse(
    readFileSync(join(layout.root, 'consul/acl/openclaw-service.binding-rule.json'), 'utf8'),
  );
  const rules = (await consul.get('/binding-rules?authmethod=nomad-services')).json;
  const id: unknown = Array.isArray(rules) ? field(rules[0], 'ID') : undefined;
  await consul.put(typeof id === 'string' ? `/binding-rule/${id}` : '/binding-rule', rule);
}

interface ConsulApi {
  get(path: string, also?: readonly number[]): ReturnType<typeof callApiOk>;
  put(path: string, body: unknown): Promise<void>;
  /** The accessor of the token with this secret, or null when Consul does not know it. */
  asToken(secretId: string): Promise<string | null>;
}

function consulApi({ layout, ports }: StackContext, signal: AbortSignal): ConsulApi {
  const base = `http://127.0.0.1:${ports.consulHttp}/v1/acl`;
  const management = ensureSecret(secretFile(layout, 'consul-management.token'), randomUUID);
  const headers = { 'x-consul-token': management };
  return {
    get: (path, also = []) => callApiOk(`${base}${path}`, { headers, signal }, also),
    async put(path, body) {
      await callApiOk(`${base}${path}`, { method: 'PUT', headers, body, signal });
    },
    async asToken(secretId) {
      const reply = await callApi(`${base}/token/self`, {
        headers: { 'x-consul-token': secretId },
        signal,
      });
      return reply.status === 200 ? textAt(reply, 'AccessorID') : null;
    },
  };
}

async function applyPolicy(context: StackContext, consul: ConsulApi, name: string): Promise<void> {
  const rules = renderTemplate(context.layout, `consul/acl/${name}.policy.hcl`);
  const known = await consul.get(`/policy/name/${name}`, [404]);
  const id = known.status === 404 ? null : textAt(known, 'ID');
  if (id !== null && textAt(known, 'Rules') === rules) return;
  await consul.put(id === null ? '/policy' : `/policy/${id}`, { Name: name, Rules: rules });
}
