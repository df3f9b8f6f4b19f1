import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { openSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stopsAtEnd } from './at-end.js';
import { makeTempDir, removeTempDir } from './temp-dir.js';
import { waitFor } from './wait-for.js';

/** The repository's root, from where policies and jobspecs are read. */
export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..');

export type ServerName = 'nomad' | 'consul' | 'vault' | 'caddy' | 'traefik';

/**
 * Where the program is: `CLAWDEPLOY_BIN_DIR`, else what `make setup` found, else the PATH; null
 * when it is nowhere, and whoever needs it skips.
 */
export function findServer(name: ServerName): string | null {
  const folders = [process.env['CLAWDEPLOY_BIN_DIR'], ...pathFolders()];
  const candidates = folders
    .filter((folder) => folder !== undefined && folder !== '')
    .map((folder) => join(folder ?? '', name));
  const [first, ...others] = [candidates[0], fromToolchain(name), ...candidates.slice(1)];
  return [first, ...others].find((path) => path !== undefined && existsSync(path)) ?? null;
}

/** A running server of a test's own, with nothing in it but what the test put there. */
export interface TestServer {
  /** `http://127.0.0.1:<port>` */
  readonly address: string;
  /** Calls its API as its administrator; returns the parsed answer, throws unless it is 2xx. */
  readonly admin: (method: string, path: string, body?: unknown) => Promise<unknown>;
  readonly pid: number;
  stop(): Promise<void>;
}

export interface ServerStart {
  readonly name: ServerName;
  readonly port: number;
  readonly adminHeaders: () => Readonly<Record<string, string>>;
  /** Name of its configuration file, for those who tell its format by that. */
  readonly configName?: string;
  /** Content of its configuration file, given the folder that is its own. */
  readonly config: (folder: string) => string;
  readonly args: (configFile: string, folder: string) => readonly string[];
  /** Where its data outlives the process, for tests that start it again; absent: nowhere. */
  readonly folder?: string;
  /** True once it does its work; asked again until then. */
  readonly isUp: (admin: TestServer['admin']) => Promise<boolean>;
}

/** How long a server may take to come up on a busy machine, in milliseconds. */
const UP_WITHIN_MS = 45_000;
const STOP_WITHIN_MS = 15_000;

/** Starts a server in a folder of its own; `stop` ends the process and removes the folder. */
export async function startServer(start: ServerStart): Promise<TestServer> {
  const program = findServer(start.name);
  if (program === null) throw new Error(`${start.name} is not installed; run make setup`);
  const folder = start.folder ?? (await makeTempDir());
  const configFile = join(folder, start.configName ?? 'config.hcl');
  await writeFile(configFile, start.config(folder), { mode: 0o600 });
  const child = launch(program, start.args(configFile, folder), folder);
  const address = `http://127.0.0.1:${String(start.port)}`;
  const admin: TestServer['admin'] = (method, path, body) =>
    callJson(`${address}${path}`, { method, headers: start.adminHeaders(), body });
  const stop = stopsAtEnd(async () => {
    await end(child);
    if (start.folder === undefined) await removeTempDir(folder);
  });
  try {
    await waitFor(
      () => {
        if (child.exitCode !== null) return true;
        return start.isUp(admin);
      },
      { withinMs: UP_WITHIN_MS, describe: `${start.name} to come up`, everyMs: 100 },
    );
    if (child.exitCode !== null) throw new Error(`${start.name} ended while it started`);
  } catch (cause) {
    const output = await readFile(join(folder, 'output.log'), 'utf8').catch(() => '');
    await stop();
    throw new Error(`${start.name} did not start: ${output.slice(-2_000)}`, { cause });
  }
  return { address, admin, pid: child.pid ?? 0, stop };
}

/** Skips a suite that needs a server nobody installed; fails where all must be there (CI). */
export function requireServer(name: ServerName, suite: Mocha.Context): void {
  if (findServer(name) !== null) return;
  if (process.env['CI'] !== undefined) throw new Error(`${name} is not installed; run make setup`);
  suite.skip();
}

function launch(program: string, args: readonly string[], folder: string): ChildProcess {
  const output = openSync(join(folder, 'output.log'), 'a', 0o600);
  const child = spawn(program, args, {
    stdio: ['ignore', output, output],
    env: { PATH: process.env['PATH'] ?? '', HOME: folder, TMPDIR: folder },
  });
  // A runner that dies early must not leave servers behind.
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.removeListener('exit', kill));
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGINT');
  const limit = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
  await ended;
  clearTimeout(limit);
}

async function callJson(
  url: string,
  { method, headers, body }: { method: string; headers: Record<string, string>; body?: unknown },
): Promise<unknown> {
  const response = await fetch(url, {
    method,
    headers,
    signal: AbortSignal.timeout(10_000),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${url} answered ${response.status}: ${text}`);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Some answers are one word of text.
    return text;
  }
}

function pathFolders(): readonly string[] {
  return (process.env['PATH'] ?? '').split(delimiter);
}

function fromToolchain(name: ServerName): string | undefined {
  const file = join(ROOT, '.clawdeploy/toolchain.json');
  if (!existsSync(file)) return undefined;
  const toolchain = JSON.parse(readFileSync(file, 'utf8')) as Partial<
    Record<ServerName, { readonly path: string }>
  >;
  return toolchain[name]?.path;
}
