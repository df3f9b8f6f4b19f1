import { mkdtempSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadToolchain } from '../../../tools/setup/toolchain.js';
import type { ApiReply } from '../../../tools/stack/http.js';
import { callApi, callApiOk, textAt } from '../../../tools/stack/http.js';
import { field } from '../../../tools/stack/json.js';
import type { SecretName } from '../../../tools/stack/layout.js';
import type { StackInfo } from '../../../tools/stack/stack-info.js';
import type { UpOptions } from '../../../tools/stack/stack.js';
import { downStack, upStack } from '../../../tools/stack/stack.js';

/** The repository, whose templates and toolchain private stacks use. */
export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** A folder whose path is short enough for Unix sockets. */
export function shortStateDir(): string {
  return mkdtempSync('/tmp/cds-');
}

/** Starts the servers in `stateDir`, without a control plane unless `options` say so. */
export async function upPrivate(
  stateDir: string,
  options: Partial<UpOptions> = {},
): Promise<StackInfo> {
  const toolchain = await loadToolchain(process.env['CLAWDEPLOY_TOOLCHAIN_ROOT'] ?? ROOT);
  return upStack({ root: ROOT, stateDir, withControlPlane: false, toolchain, ...options });
}

/** Stops the stack and deletes its state. */
export async function purgePrivate(stateDir: string): Promise<void> {
  await downStack(stateDir, { purge: true });
}

type Method = 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE' | 'LIST';

/** Vault answers a patch of any other type with 415, before it looks at who asks. */
const PATCH_TYPE = { 'content-type': 'application/merge-patch+json' };

/** Calls to the servers of a stack with one of its tokens, or with none. */
export class StackCaller {
  constructor(private readonly stack: StackInfo) {}

  secret(name: SecretName): string {
    return readFileSync(this.stack.secretFile(name), 'utf8').trim();
  }

  nomad(
    token: SecretName | null,
    path: string,
    method: Method = 'GET',
    body?: unknown,
  ): Promise<ApiReply> {
    return this.#call(`${this.stack.urls.nomad}/v1/${path}`, 'x-nomad-token', token, method, body);
  }

  consul(
    token: SecretName | null,
    path: string,
    method: Method = 'GET',
    body?: unknown,
  ): Promise<ApiReply> {
    return this.#call(
      `${this.stack.urls.consul}/v1/${path}`,
      'x-consul-token',
      token,
      method,
      body,
    );
  }

  /** `token` is a Vault token itself here, since most are got by logging in. */
  vault(
    token: string | null,
    path: string,
    method: Method = 'GET',
    body?: unknown,
  ): Promise<ApiReply> {
    const headers = {
      ...(token === null ? {} : { 'x-vault-token': token }),
      ...(method === 'PATCH' ? PATCH_TYPE : {}),
    };
    return callApi(`${this.stack.urls.vault}/v1/${path}`, { method, headers, body });
  }

  /** Logs in with the AppRole of a role of the service. */
  async vaultLogin(role: 'api' | 'controller' | 'worker'): Promise<string> {
    const reply = await callApiOk(`${this.stack.urls.vault}/v1/auth/approle/login`, {
      method: 'POST',
      body: {
        role_id: this.secret(`vault-${role}.role-id`),
        secret_id: this.secret(`vault-${role}.secret-id`),
      },
    });
    return textAt(reply, 'auth', 'client_token');
  }

  /** The one allocation of a job that the server still wants, with its task's state. */
  async allocation(
    jobId: string,
  ): Promise<{ id: string; status: string; taskState: string } | null> {
    const reply = await this.nomad('nomad-management.token', `job/${jobId}/allocations`);
    const all = Array.isArray(reply.json) ? reply.json : [];
    const wanted = all.filter((each) => field(each, 'DesiredStatus') === 'run');
    if (wanted.length !== 1) return null;
    return {
      id: String(field(wanted[0], 'ID')),
      status: String(field(wanted[0], 'ClientStatus')),
      taskState: String(field(field(field(wanted[0], 'TaskStates'), 'gateway'), 'State')),
    };
  }

  #call(
    url: string,
    header: string,
    token: SecretName | null,
    method: Method,
    body: unknown,
  ): Promise<ApiReply> {
    const headers = token === null ? {} : { [header]: this.secret(token) };
    return callApi(url, { method, headers, body });
  }
}
