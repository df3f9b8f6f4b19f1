import { readFile } from 'node:fs/promises';
import axios from 'axios';
import { z } from 'zod';
import type { StackInfo } from '../../tools/stack/stack-info.js';
import { askNomad } from './stack-eyes.js';
import type { InstanceShown, Product } from './product.js';

const Jobs = z.array(z.object({ ID: z.string(), Stop: z.boolean() }));
const Variables = z.array(z.object({ Path: z.string() }));
const Secrets = z.object({ data: z.object({ keys: z.array(z.string()) }) });
const Services = z.array(z.object({ ServiceMeta: z.object({ instance_id: z.string() }) }));

const INSTANCE_ID = /oc-[a-z2-7]{12}/;
/** States whose instances must have a job, a variable and secrets. */
const RUNNING = ['warming', 'idle', 'binding', 'ready'];
const PAGE = 200;

/** One thing that stands on one side alone, e.g. `job without a row: oc-…`. */
export type Difference = string;

/**
 * Compares what the API tells of with what Nomad, its variables, Vault and Consul hold, with the
 * stack's management tokens: independent of the sweeper, which must come to the same end.
 */
export async function twoWayAudit(product: Product): Promise<readonly Difference[]> {
  const { info } = product;
  // Outside first: whatever is there has its row by the time that rows are read.
  const [jobs, variables, secrets, services] = await Promise.all([
    listJobs(info),
    listVariables(info),
    listSecrets(info),
    listServices(info),
  ]);
  const rows = await listInstances(product);
  const known = new Map(rows.map(({ id, state }) => [id, state]));
  const orphans = Object.entries({ job: jobs, variable: variables, secrets, service: services });
  const missing = rows.filter(({ id, state }) => RUNNING.includes(state) && !jobs.includes(id));
  return [
    ...orphans.flatMap(([what, ids]) =>
      ids.filter((id) => !known.has(id)).map((id) => `${what} without a row: ${id}`),
    ),
    ...missing.map(({ id, state }) => `${state} without a job: ${id}`),
  ];
}

/** Every instance that is not gone. */
async function listInstances({ api }: Product): Promise<readonly InstanceShown[]> {
  const rows: InstanceShown[] = [];
  let cursor: string | null = null;
  do {
    const after: string = cursor === null ? '' : `&cursor=${cursor}`;
    const { data } = await api.get<{ items: InstanceShown[]; nextCursor: string | null }>(
      `/v1/instances?limit=${String(PAGE)}${after}`,
    );
    rows.push(...data.items);
    cursor = data.nextCursor;
  } while (cursor !== null);
  return rows;
}

async function listJobs(info: StackInfo): Promise<readonly string[]> {
  const jobs = Jobs.parse(await askNomad(info, '/v1/jobs?prefix=oc-'));
  return jobs.filter(({ Stop }) => !Stop).map(({ ID }) => ID);
}

async function listVariables(info: StackInfo): Promise<readonly string[]> {
  const found = Variables.parse(await askNomad(info, '/v1/vars?prefix=nomad/jobs/oc-'));
  return found.flatMap(({ Path }) => INSTANCE_ID.exec(Path)?.[0] ?? []);
}

async function listSecrets(info: StackInfo): Promise<readonly string[]> {
  const token = (await readFile(info.secretFile('vault-root.token'), 'utf8')).trim();
  const { data, status } = await axios.request<unknown>({
    method: 'LIST',
    url: `${info.urls.vault}/v1/kv/metadata/instances`,
    headers: { 'x-vault-token': token },
    validateStatus: () => true,
    timeout: 10_000,
    proxy: false,
  });
  if (status === 404) return [];
  return Secrets.parse(data).data.keys.map((key) => key.replace('/', ''));
}

async function listServices(info: StackInfo): Promise<readonly string[]> {
  const token = (await readFile(info.secretFile('consul-management.token'), 'utf8')).trim();
  const { data } = await axios.get<unknown>(`${info.urls.consul}/v1/catalog/service/openclaw`, {
    headers: { 'x-consul-token': token },
    timeout: 10_000,
    proxy: false,
  });
  return Services.parse(data).map(({ ServiceMeta }) => ServiceMeta.instance_id);
}
