import nodeVault from 'node-vault';
import type { HttpReply, HttpRequest, HttpTransport } from '../http/http-transport.js';

/** node-vault's client; its token is one field shared by all calls, so each identity has its own. */
export type VaultClient = nodeVault.client;

/** What node-vault hands to whoever carries its requests. */
interface CarriedRequest {
  readonly path: string;
  readonly method: HttpRequest['method'];
  readonly headers: Readonly<Record<string, string>>;
  readonly json?: unknown;
  /** Ours, given with each call as a request option. */
  readonly signal: AbortSignal;
}

/**
 * A client of Vault's API whose requests our own transport carries: node-vault's knows no
 * AbortSignal and no bound on answers, sends tokens through any proxy that the environment names,
 * and drops TLS checks when VAULT_SKIP_VERIFY is set.
 */
export function createVaultClient(transport: HttpTransport): VaultClient {
  const client = nodeVault({
    'request-promise': { defaults: () => (request: CarriedRequest) => carry(transport, request) },
    // Its own debug output prints what is written, secrets included.
    debug: () => undefined,
  });
  // Where these are not given, node-vault takes them from the environment.
  return Object.assign(client, { token: '', namespace: '', pathPrefix: '' });
}

async function carry(transport: HttpTransport, request: CarriedRequest): Promise<unknown> {
  const { method, path, headers, json, signal } = request;
  const reply = await transport.exchange({
    method,
    path,
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
    ),
    ...(typeof json === 'object' ? { body: json } : {}),
    signal,
  });
  return { statusCode: reply.status, body: reply.body, request: { path } };
}

/** The answer that a call got, whatever its status; rethrows what is no answer. */
export async function replyOf(call: Promise<unknown>): Promise<Pick<HttpReply, 'status' | 'body'>> {
  try {
    return { status: 200, body: await call };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return { status: error.response.statusCode, body: error.response.body };
  }
}

function isRefusal(error: unknown): error is nodeVault.ApiResponseError {
  return error instanceof Error && 'response' in error;
}
