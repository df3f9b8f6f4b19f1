import { join } from 'node:path';
import type { StackContext } from '../context.js';
import { readText, writeAtomically } from '../files.js';
import type { ApiReply } from '../http.js';
import { callApi, callApiOk, textAt, untilWorks } from '../http.js';
import { field } from '../json.js';
import type { ControlPlaneRole } from '../layout.js';
import { CONTROL_PLANE_ROLES, secretFile } from '../layout.js';
import { StackError } from '../stack-error.js';
import type { TemplateValues } from '../templates.js';
import { renderTemplate } from '../templates.js';

const AUTH_MOUNTS = { approle: 'approle', 'jwt-nomad': 'jwt' } as const;

/** Applies vault/: the audit log, engines, policies, and an AppRole per role. Repeatable. */
export async function configureVault(context: StackContext, signal: AbortSignal): Promise<void> {
  const vault = vaultApi(context, signal);
  // One after the other: Vault answers concurrent changes of its mount tables with errors.
  await applyAudit(context, vault);
  await applyMounts(context, vault, signal);
  const accessor = await jwtAccessor(vault);
  await Promise.all([
    applyPolicy(context, vault, 'clawdeploy-api'),
    applyPolicy(context, vault, 'clawdeploy-controller'),
    applyPolicy(context, vault, 'clawdeploy-worker'),
    applyPolicy(context, vault, 'openclaw-instance', { jwt_accessor: accessor }),
    applyPolicy(context, vault, 'clawdeploy-job', { jwt_accessor: accessor }),
    ...CONTROL_PLANE_ROLES.map((role) => applyAppRole(context, vault, role)),
  ]);
}

/**
 * Lets the tasks of Nomad's jobs log in with their identities. Needs Nomad's public keys, which
 * Vault fetches as it takes the configuration.
 */
export async function trustNomadTasks(context: StackContext, signal: AbortSignal): Promise<void> {
  const vault = vaultApi(context, signal);
  const method = file(context, 'vault/auth/jwt-nomad.json', {
    nomad_http_port: context.ports.nomadHttp,
  });
  await untilWorks(() => vault.put('auth/jwt-nomad/config', method), { withinMs: 15_000, signal });
  for (const name of ['openclaw-instance', 'clawdeploy']) {
    const role = file(context, `vault/roles/${name}.jwt.json`);
    await vault.put(`auth/jwt-nomad/role/${name}`, role);
  }
}

interface VaultApi {
  get(path: string): Promise<ApiReply>;
  put(path: string, body: unknown): Promise<ApiReply>;
  /** As `put`, but hands back whatever Vault answers. */
  ask(path: string, body: unknown): Promise<ApiReply>;
}

function vaultApi({ layout, ports }: StackContext, signal: AbortSignal): VaultApi {
  const base = `http://127.0.0.1:${ports.vault}/v1`;
  const token = readText(secretFile(layout, 'vault-root.token'));
  if (token === null) {
    throw new StackError(
      `${secretFile(layout, 'vault-root.token')} is gone, without which Vault cannot be set up; ` +
        'put it back, or move the state folder away.',
    );
  }
  const headers = { 'x-vault-token': token };
  return {
    get: (path) => callApiOk(`${base}/${path}`, { headers, signal }),
    put: (path, body) => callApiOk(`${base}/${path}`, { method: 'PUT', headers, body, signal }),
    ask: (path, body) => callApi(`${base}/${path}`, { method: 'PUT', headers, body, signal }),
  };
}

async function applyAudit(context: StackContext, vault: VaultApi): Promise<void> {
  const devices = await vault.get('sys/audit');
  if (field(devices.json, 'file/') !== undefined) return;
  const device = file(context, 'vault/server/audit-file.json', {
    vault_audit_file: join(context.layout.logs, 'vault-audit.log'),
  });
  await vault.put('sys/audit/file', device);
}

async function applyMounts(
  context: StackContext,
  vault: VaultApi,
  signal: AbortSignal,
): Promise<void> {
  const [engines, methods] = await Promise.all([vault.get('sys/mounts'), vault.get('sys/auth')]);
  const missing = Object.entries(AUTH_MOUNTS).filter(
    ([path]) => field(methods.json, `${path}/`) === undefined,
  );
  for (const [path, type] of missing) await vault.put(`sys/auth/${path}`, { type });
  if (field(engines.json, 'kv/') === undefined) {
    await vault.put('sys/mounts/kv', file(context, 'vault/engines/kv.json'));
  }
  if (field(engines.json, 'transit/') === undefined) {
    await vault.put('sys/mounts/transit', file(context, 'vault/engines/transit.json'));
  }
  // Making a key that is there already changes nothing.
  const backups = file(context, 'vault/engines/transit-backups.json');
  await vault.put('transit/keys/clawdeploy-backups', backups);
  const requests = file(context, 'vault/engines/transit-requests.json');
  await vault.put('transit/keys/clawdeploy-requests', requests);
  // A mount of version 2 is not usable the moment it is made.
  const config = file(context, 'vault/engines/kv-config.json');
  await untilWorks(() => vault.put('kv/config', config), { withinMs: 10_000, signal });
}

async function jwtAccessor(vault: VaultApi): Promise<string> {
  const methods = await vault.get('sys/auth');
  const accessor = field(field(methods.json, 'jwt-nomad/'), 'accessor');
  if (typeof accessor !== 'string') throw new Error('Vault shows no accessor of jwt-nomad.');
  return accessor;
}

async function applyPolicy(
  { layout }: StackContext,
  vault: VaultApi,
  name: string,
  values: TemplateValues = {},
): Promise<void> {
  const policy = renderTemplate(layout, `vault/policies/${name}.hcl`, values);
  await vault.put(`sys/policies/acl/${name}`, { policy });
}

/** The role, its public id, and a secret id that is made anew only when the kept one is void. */
async function applyAppRole(
  context: StackContext,
  vault: VaultApi,
  role: ControlPlaneRole,
): Promise<void> {
  const path = `auth/approle/role/clawdeploy-${role}`;
  await vault.put(path, file(context, `vault/roles/clawdeploy-${role}.approle.json`));
  const roleId = textAt(await vault.get(`${path}/role-id`), 'data', 'role_id');
  writeAtomically(secretFile(context.layout, `vault-${role}.role-id`), `${roleId}\n`);

  const secretFileOfRole = secretFile(context.layout, `vault-${role}.secret-id`);
  const kept = readText(secretFileOfRole);
  if (kept !== null) {
    const known = await vault.ask(`${path}/secret-id/lookup`, { secret_id: kept });
    if (known.status === 200) return;
  }
  const made = await vault.put(`${path}/secret-id`, {});
  writeAtomically(secretFileOfRole, `${textAt(made, 'data', 'secret_id')}\n`);
}

function file(context: StackContext, path: string, values: TemplateValues = {}): unknown {
  return JSON.parse(renderTemplate(context.layout, path, values));
}
