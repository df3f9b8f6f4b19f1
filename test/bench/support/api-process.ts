import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SERVICE_NODE_ARGS } from '../../../tools/stack/children/control-plane.js';
import { stopsAtEnd } from '../../support/at-end.js';
import { freePorts } from '../../support/free-port.js';
import { waitFor } from '../../support/wait-for.js';

/** Linux counts a process's time in hundredths of a second, whatever the kernel's own tick. */
const TICKS_PER_SECOND = 100;
const START_LIMIT_MS = 60_000;
const END_LIMIT_MS = 10_000;

/** The API as it is deployed: the compiled service in a process of its own. */
export interface ApiProcess {
  readonly url: string;
  /** `host:port` where the edge asks who is behind a name. */
  readonly lookUp: string;
  /** Processor time that it took so far, in seconds. */
  cpuSeconds(): number;
  /** Lines that it logged as errors; in a sound run there are none. */
  errors(): readonly string[];
  /** Resident memory right now, in MB. */
  residentMb(): number;
  stop(): Promise<void>;
}

export interface ApiPorts {
  readonly port: number;
  readonly internal: number;
}

export interface ApiProcessOptions {
  readonly root: string;
  /** Folder with the files of `writeSecrets`. */
  readonly secretsDir: string;
  /** Where it is to listen; anywhere when absent. */
  readonly ports?: ApiPorts;
  /** Arguments for Node before the program's own, e.g. `--cpu-prof`. */
  readonly nodeArgs?: readonly string[];
}

/** Starts the API role; Vault, which no claim needs, is a closed port. */
export async function startApiProcess(options: ApiProcessOptions): Promise<ApiProcess> {
  const { root, secretsDir, nodeArgs = [] } = options;
  const program = join(root, 'build', 'dist', 'src', 'main.js');
  if (!existsSync(program)) throw new Error('The service is not built; run `make setup` first.');
  const [anyPort = 0, anyInternal = 0, nothing = 0] = await freePorts(3);
  const { port, internal } = options.ports ?? { port: anyPort, internal: anyInternal };
  const url = `http://127.0.0.1:${String(port)}`;
  const logFile = join(secretsDir, `api-${String(port)}.log`);
  const log = openSync(logFile, 'a');
  const child = spawn(process.execPath, [...SERVICE_NODE_ARGS, ...nodeArgs, program, 'api'], {
    cwd: root,
    stdio: ['ignore', log, 'inherit'],
    env: { ...process.env, ...settingsOf(secretsDir, { port, internal, nothing }) },
  });
  closeSync(log);
  const stop = stopsAtEnd(() => end(child));
  try {
    await waitFor(() => answers(url, child), { withinMs: START_LIMIT_MS, describe: 'the API' });
  } catch (error) {
    await stop();
    throw error;
  }
  const pid = child.pid ?? 0;
  return {
    url,
    lookUp: `127.0.0.1:${String(internal)}`,
    stop,
    errors: () => linesOf(logFile).filter((line) => line.includes('"level":"error"')),
    cpuSeconds: () => cpuSecondsOfProcess(pid),
    residentMb: () => residentMbOf(pid),
  };
}

function settingsOf(
  secretsDir: string,
  ports: { readonly port: number; readonly internal: number; readonly nothing: number },
): Record<string, string> {
  return {
    NODE_ENV: 'production',
    CLAWDEPLOY_DATABASE_URL_FILE: join(secretsDir, 'database.url'),
    CLAWDEPLOY_JWKS_FILE: join(secretsDir, 'jwks.json'),
    CLAWDEPLOY_VAULT_ADDR: `http://127.0.0.1:${String(ports.nothing)}`,
    CLAWDEPLOY_VAULT_ROLE_ID_FILE: join(secretsDir, 'role-id'),
    CLAWDEPLOY_VAULT_SECRET_ID_FILE: join(secretsDir, 'secret-id'),
    CLAWDEPLOY_STUB_MODEL_URL: `http://127.0.0.1:${String(ports.nothing)}/v1`,
    CLAWDEPLOY_API_PORT: String(ports.port),
    CLAWDEPLOY_INTERNAL_PORT: String(ports.internal),
    CLAWDEPLOY_POOLS: 's=0',
    // One token claims for everybody here, from one address: the claim benches measure claims and not
    // how they are refused. Counting goes on, in memory, as it does wherever there is no Redis.
    CLAWDEPLOY_RATE_ADDRESS_PER_SECOND: '1000000',
    CLAWDEPLOY_RATE_CALLER_PER_SECOND: '1000000',
    CLAWDEPLOY_RATE_CREATES_PER_SECOND: '1000000',
    CLAWDEPLOY_CREATES_WAITING_PER_CALLER: '10000',
  };
}

async function answers(url: string, child: ChildProcess): Promise<boolean> {
  if (child.exitCode !== null) throw new Error(`the API ended with ${String(child.exitCode)}`);
  const { status } = await fetch(`${url}/healthz`);
  return status === 200;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), END_LIMIT_MS);
  await ended;
  clearTimeout(late);
}

/** Processor time that a process took so far, in seconds. */
export function cpuSecondsOfProcess(pid: number): number {
  return cpuSecondsOf(readFileSync(`/proc/${String(pid)}/stat`, 'utf8'));
}

/**
 * Processor time in seconds from the text of /proc/<pid>/stat: user and system time are its fields
 * 14 and 15, counted behind the name in field 2, which may hold blanks.
 */
export function cpuSecondsOf(stat: string): number {
  const fields = stat.split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Resident memory of a process right now, in MB. */
export function residentMbOf(pid: number): number {
  const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN) / 1024;
}

function linesOf(file: string): readonly string[] {
  return readFileSync(file, 'utf8').split('\n');
}
