import { readFile } from 'node:fs/promises';
import { Redis } from 'ioredis';
import pg from 'pg';
import { z } from 'zod';
import type { StackInfo } from '../../../tools/stack/stack-info.js';
import { askNomad } from '../stack-eyes.js';

/** What one place says, under a name for the message that it leaks. */
export type Said = readonly [place: string, text: string];

const Named = z.array(z.object({ ID: z.string(), Namespace: z.string() }));
const Variables = z.array(z.object({ Path: z.string(), Namespace: z.string() }));

/** How long the stream of events is listened to; what is past comes at once. */
const EVENTS_MS = 3_000;

/** Every object of Nomad, whole: jobs in all versions, allocations, evaluations, variables. */
export async function saidByNomad(info: StackInfo): Promise<readonly Said[]> {
  const all = '?namespace=*';
  const jobs = Named.parse(await askNomad(info, `/v1/jobs${all}`));
  const allocations = Named.parse(await askNomad(info, `/v1/allocations${all}`));
  const evaluations = Named.parse(await askNomad(info, `/v1/evaluations${all}`));
  const variables = Variables.parse(await askNomad(info, `/v1/vars${all}`));
  const paths = [
    `/v1/deployments${all}`,
    '/v1/nodes?resources=true',
    ...jobs.flatMap(({ ID, Namespace }) => [
      `/v1/job/${ID}?namespace=${Namespace}`,
      `/v1/job/${ID}/versions?namespace=${Namespace}&diffs=true`,
      `/v1/job/${ID}/submission?version=0&namespace=${Namespace}`,
    ]),
    ...allocations.map(({ ID }) => `/v1/allocation/${ID}`),
    ...evaluations.map(({ ID }) => `/v1/evaluation/${ID}`),
    ...variables.map(({ Path, Namespace }) => `/v1/var/${Path}?namespace=${Namespace}`),
  ];
  const said: Said[] = [['Nomad’s events', await eventsOf(info)]];
  // What goes away in between, as old evaluations do, has nothing to say any more.
  for (const path of paths) {
    said.push([path, JSON.stringify(await askNomad(info, path).catch(() => null))]);
  }
  return said;
}

/** What Nomad tells of everything since it started, as far as it still has it. */
async function eventsOf(info: StackInfo): Promise<string> {
  const token = await secret(info, 'nomad-management.token');
  const reply = await fetch(`${info.urls.nomad}/v1/event/stream?index=1&namespace=*`, {
    headers: { 'x-nomad-token': token },
    signal: AbortSignal.timeout(EVENTS_MS),
  });
  let told = '';
  try {
    for await (const piece of reply.body ?? []) told += Buffer.from(piece).toString('utf8');
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'TimeoutError') throw error;
  }
  return told;
}

/** Consul's store, catalog, agent and configuration. */
export async function saidByConsul(info: StackInfo): Promise<readonly Said[]> {
  const headers = { 'x-consul-token': await secret(info, 'consul-management.token') };
  const paths = [
    ...['kv/?recurse=true', 'catalog/services', 'catalog/nodes', 'health/service/openclaw'],
    ...['health/state/any', 'agent/services', 'agent/checks', 'agent/self', 'event/list'],
    ...['session/list', 'query', 'config/service-defaults', 'config/proxy-defaults'],
  ];
  return Promise.all(
    paths.map(async (path): Promise<Said> => {
      const reply = await fetch(`${info.urls.consul}/v1/${path}`, { headers });
      return [`Consul: ${path}`, await reply.text()];
    }),
  );
}

/** Every row of every table, as text. */
export async function saidByDatabase(info: StackInfo): Promise<readonly Said[]> {
  const client = new pg.Client({ connectionString: await secret(info, 'database.url') });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ table_name: string }>(
      "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'",
    );
    const said: Said[] = [];
    for (const { table_name: table } of tables) {
      const { rows } = await client.query(`SELECT t::text AS row FROM "${table}" t`);
      said.push([`table ${table}`, JSON.stringify(rows)]);
    }
    return said;
  } finally {
    await client.end();
  }
}

/** Every key of Redis with its value, read by its type: a dump would be compressed. */
export async function saidByRedis(info: StackInfo): Promise<readonly Said[]> {
  const client = new Redis(await secret(info, 'redis.url'));
  try {
    const said: Said[] = [];
    for await (const keys of client.scanStream()) {
      for (const key of keys as readonly string[]) {
        said.push([`Redis: ${key}`, `${key} ${JSON.stringify(await valueOf(client, key))}`]);
      }
    }
    return said;
  } finally {
    client.disconnect();
  }
}

async function valueOf(client: Redis, key: string): Promise<unknown> {
  const type = await client.type(key);
  switch (type) {
    case 'string':
      return client.get(key);
    case 'hash':
      return client.hgetall(key);
    case 'list':
      return client.lrange(key, 0, -1);
    case 'set':
      return client.smembers(key);
    case 'zset':
      return client.zrange(key, '0', '-1', 'WITHSCORES');
    case 'stream':
      return client.xrange(key, '-', '+');
    case 'none':
      return null;
    default:
      throw new Error(`This test cannot read ${key}, a ${type}: teach it how.`);
  }
}

/** The metrics of our own roles, which must be there, and of every server that serves some. */
export async function saidInMetrics(info: StackInfo): Promise<readonly Said[]> {
  const { ports, urls } = info;
  const at = (port: number) => `http://127.0.0.1:${String(port)}/metrics`;
  const consul = { 'x-consul-token': await secret(info, 'consul-management.token') };
  const vault = { 'x-vault-token': await secret(info, 'vault-root.token') };
  const nomad = { 'x-nomad-token': await secret(info, 'nomad-management.token') };
  const sources: readonly (readonly [string, string, Record<string, string>, boolean])[] = [
    ['api', `${urls.api}/metrics`, {}, true],
    ['controller', at(ports.controllerHealth), {}, true],
    ['worker', at(ports.workerHealth), {}, true],
    ['Nomad', `${urls.nomad}/v1/metrics?format=prometheus`, nomad, true],
    ['Consul', `${urls.consul}/v1/agent/metrics`, consul, true],
    ['Vault', `${urls.vault}/v1/sys/metrics?format=prometheus`, vault, false],
    ['edge', at(ports.edgeAdmin), {}, false],
    ['edge’s settings', `http://127.0.0.1:${String(ports.edgeAdmin)}/config/`, {}, false],
  ];
  return Promise.all(
    sources.map(async ([name, url, headers, isServed]): Promise<Said> => {
      const reply = await fetch(url, { headers });
      if (isServed && reply.status !== 200) {
        throw new Error(`The metrics of ${name} answered ${String(reply.status)}`);
      }
      return [`metrics of ${name}`, await reply.text()];
    }),
  );
}

async function secret(
  info: StackInfo,
  name: Parameters<StackInfo['secretFile']>[0],
): Promise<string> {
  return (await readFile(info.secretFile(name), 'utf8')).trim();
}
