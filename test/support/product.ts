import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { AxiosInstance, AxiosResponse } from 'axios';
import axios from 'axios';
import { downStack, upStack } from '../../tools/stack/stack.js';
import type { StackEvent } from '../../tools/stack/protocol.js';
import type { StackInfo } from '../../tools/stack/stack-info.js';
import { stopsAtEnd } from './at-end.js';
import { waitFor } from './wait-for.js';

/** The repository that this file belongs to. */
export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** How long a pool may take to have its first member: a boot on two busy cores, and then some. */
const POOL_LIMIT_MS = 180_000;

export interface InstanceShown {
  readonly id: string;
  readonly state: string;
  readonly url: string;
  readonly keys: readonly { readonly name: string; readonly state: string }[];
  readonly [field: string]: unknown;
}

/** The whole product on real servers of its own, as `make up` starts it. */
export interface Product {
  readonly info: StackInfo;
  /** The API as the operator; answers of any status are returned, not thrown. */
  readonly api: AxiosInstance;
  /** Waits until the pool has at least `count` idle members and returns the instances' ids. */
  idleMembers(count: number): Promise<readonly string[]>;
  /** Claims an instance and waits until it is ready. */
  claim(tenant: string, name?: string): Promise<InstanceShown>;
  setKey(instanceId: string, name: string, value: string): Promise<AxiosResponse>;
  token(instanceId: string): Promise<string>;
  /** A request through the edge to the instance's own name. */
  viaEdge(instanceId: string, path: string, options?: EdgeRequest): Promise<AxiosResponse>;
  /** One chat turn through the edge; returns the text of the answer. */
  chat(instanceId: string, token: string, words?: string): Promise<string>;
  /** Deletes every instance that has an owner, and waits until they are gone. */
  deleteClaimed(): Promise<void>;
  stop(): Promise<void>;
}

export interface EdgeRequest {
  readonly method?: 'GET' | 'POST';
  readonly token?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What the stub model says of the key it was called with. */
export function fingerprintOf(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 12);
}

/** Starts everything in a folder of its own, or in the one that a stack slept in, on free ports. */
export async function startProduct(options: {
  readonly stateDir?: string;
  readonly edge?: 'caddy' | 'traefik';
  readonly driver?: 'exec' | 'raw_exec';
  readonly pools?: string;
  readonly extraEnv?: Readonly<Record<string, string>>;
  readonly say?: (line: string) => void;
}): Promise<Product> {
  const stateDir = options.stateDir ?? (await mkdtemp(join(tmpdir(), 'cd-')));
  const { edge = 'caddy', driver, pools = 's=1', extraEnv = {} } = options;
  const driven = driver === undefined ? {} : { driver };
  const progress = (event: StackEvent): void => {
    options.say?.(event.kind === 'note' ? event.text : `${event.step} ${event.kind}`);
  };
  const stop = stopsAtEnd(async () => {
    await downStack(stateDir, { purge: true });
    await rm(stateDir, { recursive: true, force: true });
  });
  try {
    const info = await upStack({
      ...{ root: ROOT, stateDir, edge, pools, extraEnv, progress },
      ...driven,
    });
    return await productOn(info, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function productOn(info: StackInfo, stop: () => Promise<void>): Promise<Product> {
  const operator = (await readFile(info.secretFile('operator.token'), 'utf8')).trim();
  const api = axios.create({
    baseURL: info.urls.api,
    headers: { authorization: `Bearer ${operator}` },
    validateStatus: () => true,
    timeout: 70_000,
    proxy: false,
  });
  const product: Product = {
    info,
    api,
    async idleMembers(count) {
      let ids: string[] = [];
      await waitFor(
        async () => {
          const { data } = await api.get<{ items: InstanceShown[] }>('/v1/instances?state=idle');
          ids = data.items.map(({ id }) => id);
          return ids.length >= count;
        },
        { withinMs: POOL_LIMIT_MS, describe: `${count} idle members`, everyMs: 250 },
      );
      return ids;
    },
    async claim(tenant, name = 'default') {
      const { data, status } = await api.post<InstanceShown>(
        '/v1/instances',
        { tenant, name, sizeClass: 's' },
        { headers: { prefer: 'wait=60' } },
      );
      if (data.state !== 'ready') {
        throw new Error(`claim answered ${status}: ${JSON.stringify(data)}`);
      }
      return data;
    },
    setKey: (id, name, value) =>
      api.put(
        `/v1/instances/${id}/keys/${encodeURIComponent(name)}`,
        { value },
        { headers: { prefer: 'wait=60' } },
      ),
    async token(id) {
      const { data } = await api.get<{ token: string }>(`/v1/instances/${id}/access`);
      return data.token;
    },
    viaEdge: (id, path, { method = 'GET', token, body, headers = {} } = {}) =>
      axios.request({
        method,
        url: `${info.urls.edge}${path}`,
        data: body,
        headers: {
          ...headers,
          host: `${id}.${info.baseDomain}:${info.ports.edge}`,
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
        validateStatus: () => true,
        maxRedirects: 0,
        timeout: 60_000,
        proxy: false,
      }),
    async chat(id, token, words = 'Which key did I use?') {
      const body = { model: 'openclaw/default', messages: [{ role: 'user', content: words }] };
      const { data, status } = await product.viaEdge(id, '/v1/chat/completions', {
        method: 'POST',
        token,
        body,
      });
      const choices = (data as { choices?: { message: { content: string } }[] }).choices;
      return choices?.[0]?.message.content ?? `status ${status}: ${JSON.stringify(data)}`;
    },
    stop,
    async deleteClaimed() {
      const remaining = async (): Promise<InstanceShown[]> => {
        const { data } = await api.get<{ items: InstanceShown[] }>('/v1/instances?limit=200');
        return data.items.filter(({ state, tenant }) => tenant !== null && state !== 'deleted');
      };
      for (const { id } of await remaining()) await api.delete(`/v1/instances/${id}`);
      await waitFor(async () => (await remaining()).length === 0, {
        ...{ withinMs: 60_000, everyMs: 250 },
        describe: 'the claimed instances to be gone',
      });
    },
  };
  return product;
}
