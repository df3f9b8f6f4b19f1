import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { StackInfo } from '../../tools/stack/stack-info.js';
import { findServer } from './servers.js';
import { allocationIdOf, askNomad } from './stack-eyes.js';

/** A command of OpenClaw loads most of it first, in milliseconds. */
const LIMIT_MS = 120_000;

const Job = z.object({
  TaskGroups: z.array(
    z.object({
      Tasks: z.array(
        z.object({ Name: z.string(), Config: z.object({ args: z.array(z.string()).optional() }) }),
      ),
    }),
  ),
});

/** Runs OpenClaw's own command beside the gateway of an instance, in its task and environment. */
export async function runOpenClaw(
  info: StackInfo,
  instanceId: string,
  args: readonly string[],
): Promise<{ readonly exitCode: number; readonly output: string }> {
  const nomad = findServer('nomad');
  if (nomad === null) throw new Error('nomad is not installed; run make setup');
  const token = (await readFile(info.secretFile('nomad-management.token'), 'utf8')).trim();
  const inTask = [
    ...['alloc', 'exec', '-i=false', '-t=false', '-task', 'openclaw'],
    await allocationIdOf(info, instanceId),
    ...['/bin/sh', '-c', 'HOME="$NOMAD_TASK_DIR" exec "$@"', 'openclaw'],
    ...(await programOf(info, instanceId)),
    ...args,
  ];
  const env = { NOMAD_ADDR: info.urls.nomad, NOMAD_TOKEN: token };
  return new Promise((resolve, reject) => {
    execFile(nomad, inTask, { env, timeout: LIMIT_MS }, (error, stdout, stderr) => {
      const exitCode = error === null ? 0 : error.code;
      if (typeof exitCode === 'number') resolve({ exitCode, output: stdout + stderr });
      else reject(error ?? new Error('it ended without a code'));
    });
  });
}

/** Node and OpenClaw's entry as the job itself names them, before the gateway's own arguments. */
async function programOf(info: StackInfo, instanceId: string): Promise<readonly string[]> {
  const job = Job.parse(await askNomad(info, `/v1/job/${instanceId}`));
  const tasks = job.TaskGroups.flatMap(({ Tasks }) => Tasks);
  const args = tasks.find(({ Name }) => Name === 'openclaw')?.Config.args ?? [];
  const entry = args.findIndex((argument) => argument.endsWith('/openclaw/dist/index.js'));
  if (entry < 1) throw new Error('the job does not say how OpenClaw is started');
  return args.slice(entry - 1, entry + 1);
}
