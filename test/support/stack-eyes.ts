import { readFile } from 'node:fs/promises';
import axios from 'axios';
import { z } from 'zod';
import { isAlive, sendSignal } from '../../tools/stack/processes.js';
import { stackStatus } from '../../tools/stack/stack.js';
import type { StackInfo } from '../../tools/stack/stack-info.js';
import { waitFor } from './wait-for.js';

const TaskRestarts = z.array(
  z.object({ TaskStates: z.record(z.string(), z.object({ Restarts: z.number() })).nullable() }),
);
const Allocations = z.array(
  z.object({ ID: z.string(), ClientStatus: z.string(), DesiredStatus: z.string() }),
);
const Secrets = z.object({ data: z.object({ keys: z.array(z.string()) }) });
const Jobs = z.array(z.object({ ID: z.string() }));

/** What a test sees of Nomad with the stack's management token: the whole truth, past the product. */
export async function askNomad(info: StackInfo, path: string): Promise<unknown> {
  const token = (await readFile(info.secretFile('nomad-management.token'), 'utf8')).trim();
  const { data } = await axios.get<unknown>(`${info.urls.nomad}${path}`, {
    headers: { 'x-nomad-token': token },
    timeout: 10_000,
    proxy: false,
  });
  return data;
}

/** Id of the one running allocation of the instance. */
export async function allocationIdOf(info: StackInfo, instanceId: string): Promise<string> {
  const found = Allocations.parse(await askNomad(info, `/v1/job/${instanceId}/allocations`));
  const running = found.filter(({ ClientStatus }) => ClientStatus === 'running');
  const [only] = running;
  if (only === undefined || running.length > 1) {
    throw new Error(`${instanceId} has ${running.length} running allocations instead of one`);
  }
  return only.ID;
}

/** How often the tasks of the instance's allocations were restarted, as Nomad counts it. */
export async function restartsOf(info: StackInfo, instanceId: string): Promise<number> {
  const found = TaskRestarts.parse(await askNomad(info, `/v1/job/${instanceId}/allocations`));
  const tasks = found.flatMap(({ TaskStates }) => Object.values(TaskStates ?? {}));
  return tasks.reduce((sum, { Restarts }) => sum + Restarts, 0);
}

/** Ids of all jobs that Nomad knows. */
export async function nomadJobIds(info: StackInfo): Promise<readonly string[]> {
  return Jobs.parse(await askNomad(info, '/v1/jobs')).map(({ ID }) => ID);
}

/** Names of what Vault holds of the instance, in any version; none once it was destroyed. */
export async function secretsOf(info: StackInfo, instanceId: string): Promise<readonly string[]> {
  const token = (await readFile(info.secretFile('vault-root.token'), 'utf8')).trim();
  const { status, data } = await axios.request<unknown>({
    method: 'LIST',
    url: `${info.urls.vault}/v1/kv/metadata/instances/${instanceId}`,
    headers: { 'x-vault-token': token },
    validateStatus: (code) => code === 200 || code === 404,
    timeout: 10_000,
    proxy: false,
  });
  return status === 404 ? [] : Secrets.parse(data).data.keys;
}

/** Kills one of the stack's own processes as a crash would; the supervisor is to notice. */
export async function killChild(info: StackInfo, name: string): Promise<void> {
  const child = stackStatus(info.layout.stateDir)?.children.find((one) => one.name === name);
  if (child?.process === undefined || child.process === null) {
    throw new Error(`${name} does not run, so it cannot be killed`);
  }
  sendSignal(child.process, 'SIGKILL');
  const { process: killed } = child;
  await waitFor(() => !isAlive(killed), { withinMs: 5_000, describe: `${name} to be dead` });
}

/** Sends a signal to the gateway process of an allocation, through Nomad. */
export async function signalTask(
  info: StackInfo,
  allocationId: string,
  signal: string,
): Promise<void> {
  const token = (await readFile(info.secretFile('nomad-management.token'), 'utf8')).trim();
  await axios.post(
    `${info.urls.nomad}/v1/client/allocation/${allocationId}/signal`,
    { Task: 'openclaw', Signal: signal },
    { headers: { 'x-nomad-token': token }, timeout: 10_000, proxy: false },
  );
}

/** Holds one of the stack's own processes still until the returned function is called. */
export function pauseChild(info: StackInfo, name: string): () => void {
  const child = stackStatus(info.layout.stateDir)?.children.find((one) => one.name === name);
  const held = child?.process ?? null;
  if (held === null) throw new Error(`${name} does not run, so it cannot be held`);
  sendSignal(held, 'SIGSTOP');
  return () => {
    sendSignal(held, 'SIGCONT');
  };
}

/** Removes a job from Nomad behind the product's back, as an operator's mistake would. */
export async function purgeJob(info: StackInfo, jobId: string): Promise<void> {
  const token = (await readFile(info.secretFile('nomad-management.token'), 'utf8')).trim();
  await axios.delete(`${info.urls.nomad}/v1/job/${jobId}?purge=true`, {
    headers: { 'x-nomad-token': token },
    timeout: 10_000,
    proxy: false,
  });
}
