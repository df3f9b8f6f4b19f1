import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** The bearer token that the fake takes. */
export const API_TOKEN = 'cli-test-bearer';
/** The token of every gateway in the fake; only `access` and `open` may show it. */
export const GATEWAY_TOKEN = 'gw-test-token/+';

const AT = '2026-11-23T12:00:00.000Z';

interface FakeInstance {
  readonly id: string;
  readonly name: string;
  readonly tenant: string;
  state: string;
  readonly keys: { name: string; version: number; state: string; setAt: string }[];
  /** How often it is still seen binding before it is ready. */
  looksLeft: number;
}

/** One request that the fake answered. */
export interface SeenRequest {
  readonly line: string;
  readonly prefer: string | undefined;
  readonly idempotencyKey: string | undefined;
  readonly body: unknown;
}

/** An answer that a test puts in place of the fake's own. */
export interface ForcedAnswer {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly retryAfter?: number;
  readonly errors?: readonly { pointer: string; detail: string }[];
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/**
 * The public API as the command line sees it, in memory and on a free port: instances that become
 * ready after a few looks, keys that become live at once or never, and answers made to order.
 */
export class FakeApi {
  readonly seen: SeenRequest[] = [];
  /** What new claims bring: how often they are seen binding. */
  looksUntilReady = 2;
  /** Whether a key is live when the API has waited. */
  areKeysLive = true;
  /** Given to every request while it is set. */
  forced: ForcedAnswer | null = null;
  readonly #instances = new Map<string, FakeInstance>();
  #server: Server | null = null;
  #claims = 0;

  async start(): Promise<string> {
    const server = createServer((request, response) => {
      this.#handle(request, response).catch((error: unknown) => {
        response.destroy(error instanceof Error ? error : new Error(String(error)));
      });
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    if (server === null) return;
    this.#server = null;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  /** Puts a ready instance in place, as an earlier claim would have. */
  addReady(id: string, tenant = 'alice'): void {
    this.#instances.set(id, {
      id,
      name: 'default',
      tenant,
      state: 'ready',
      keys: [],
      looksLeft: 0,
    });
  }

  /** Puts a key in place, as an earlier `keys set` would have. */
  addKey(id: string, name: string): void {
    this.#instances.get(id)?.keys.push({ name, version: 1, state: 'live', setAt: AT });
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const raw = await text(request);
    const body: unknown = raw === '' ? undefined : JSON.parse(raw);
    const { method = '', url = '', headers } = request;
    this.seen.push({
      line: `${method} ${url}`,
      prefer: headers['prefer']?.toString(),
      idempotencyKey: headers['idempotency-key']?.toString(),
      body,
    });
    const { status, body: answer } = this.#answer(method, url, headers.authorization, body);
    const isProblem = status >= 400;
    const retryAfter = this.forced?.retryAfter;
    response.statusCode = status;
    response.setHeader('content-type', `application/${isProblem ? 'problem+json' : 'json'}`);
    if (retryAfter !== undefined) response.setHeader('retry-after', retryAfter);
    response.end(JSON.stringify(answer));
  }

  #answer(method: string, url: string, authorization = '', body: unknown): Answer {
    if (this.forced !== null) return problem(this.forced);
    if (authorization !== `Bearer ${API_TOKEN}`) {
      return problem({ status: 401, code: 'unauthenticated', detail: 'Send a valid token.' });
    }
    const { pathname, searchParams } = new URL(url, 'http://fake');
    const [, , resource, id, part, name] = pathname
      .split('/')
      .map((one) => decodeURIComponent(one));
    if (resource === 'pools') return { status: 200, body: { items: [POOL] } };
    if (id === undefined) {
      return method === 'POST' ? this.#claim(body) : this.#list(searchParams);
    }
    const instance = this.#instances.get(id);
    if (instance === undefined) {
      const detail = 'There is no such instance.';
      return problem({ status: 404, code: 'instance_unknown', detail });
    }
    if (part === 'access') {
      return { status: 200, body: { url: urlOf(id), token: GATEWAY_TOKEN } };
    }
    if (part === 'keys') return this.#keys(method, instance, name);
    if (method === 'DELETE') instance.state = 'deleting';
    else look(instance);
    return { status: method === 'DELETE' ? 202 : 200, body: shown(instance) };
  }

  #claim(body: unknown): Answer {
    const { tenant = 'of-the-token', name = 'default' } = body as Record<string, string>;
    this.#claims += 1;
    const id = `oc-fake0000000${this.#claims}`;
    const looksLeft = this.looksUntilReady;
    const instance = { id, name, tenant, state: 'binding', keys: [], looksLeft };
    this.#instances.set(id, instance);
    return { status: 202, body: { ...shown(instance), claim: { outcome: 'warm' } } };
  }

  /** A page holds one instance, so that whoever lists has to follow the cursor. */
  #list(query: URLSearchParams): Answer {
    const tenant = query.get('tenant');
    const all = [...this.#instances.values()].filter((one) => [null, one.tenant].includes(tenant));
    const at = Number(query.get('cursor') ?? 0);
    const nextCursor = at + 1 < all.length ? String(at + 1) : null;
    return { status: 200, body: { items: all.slice(at, at + 1).map(shown), nextCursor } };
  }

  #keys(method: string, instance: FakeInstance, name: string | undefined): Answer {
    const { keys } = instance;
    if (name === undefined) return { status: 200, body: { items: keys } };
    const at = keys.findIndex((key) => key.name === name);
    if (method === 'PUT') {
      const state = this.areKeysLive ? 'live' : 'pending';
      keys.splice(at < 0 ? 0 : at, at < 0 ? 0 : 1, { name, version: 1, state, setAt: AT });
      return { status: this.areKeysLive ? 200 : 202, body: shown(instance) };
    }
    if (at < 0) return problem({ status: 404, code: 'key_unknown', detail: 'No such key is set.' });
    keys.splice(at, 1);
    return { status: 202, body: shown(instance) };
  }
}

const POOL = {
  id: 's-2026.9.6',
  sizeClass: 's',
  openclawVersion: '2026.9.6',
  region: 'default',
  idleFloor: 2,
  idleCeiling: 4,
  idleTarget: 2,
  membersMax: 20,
  overrides: [],
  hold: null,
  supersededBy: null,
  waiting: 0,
  counts: { idle: 2, ready: 1 },
};

function urlOf(id: string): string {
  return `http://${id}.claws.localhost:8088/`;
}

function look(instance: FakeInstance): void {
  if (instance.state !== 'binding') return;
  instance.looksLeft -= 1;
  if (instance.looksLeft <= 0) instance.state = 'ready';
}

function shown({ id, name, tenant, state, keys }: FakeInstance): Record<string, unknown> {
  const isBinding = state === 'binding';
  return {
    id,
    name,
    tenant,
    state,
    progress: isBinding ? { step: 4, of: 6, what: 'waiting for the gateway to be told' } : null,
    sizeClass: 's',
    url: urlOf(id),
    keys,
    openclawVersion: '2026.9.6',
    createdAt: AT,
    readyAt: isBinding ? null : AT,
    failure: null,
    links: { self: `/v1/instances/${id}` },
  };
}

function problem({ status, code, detail, errors }: ForcedAnswer): Answer {
  const more = errors === undefined ? {} : { errors };
  const type = `urn:clawdeploy:fault:${code}`;
  return {
    status,
    body: { type, title: code, status, detail, code, requestId: 'req-42', ...more },
  };
}
