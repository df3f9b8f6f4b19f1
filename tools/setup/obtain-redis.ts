import { mkdir, readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CacheEntry } from './cache.js';
import { cacheKey, findEntry, makeEntry } from './cache.js';
import { missingPackages } from './debian-packages.js';
import { elapsed } from './elapsed.js';
import { findOnPath, pathFolders } from './find-on-path.js';
import { missing } from './obtained.js';
import type { Obtained } from './obtained.js';
import { NOT_FETCHED } from './plan.js';
import { platformName } from './platform.js';
import type { Task } from './progress.js';
import type { Command } from './run.js';
import { ask, run } from './run.js';
import type { SetupContext } from './setup-context.js';
import { logOf } from './setup-context.js';
import { SetupFailure, sentenceOf } from './setup-failure.js';
import type { Toolchain } from './toolchain.js';
import { REDIS } from './tools.js';
import { findVersion, isAccepted } from './version.js';

type Redis = Toolchain['redis'];

const APT_LIMIT_MS = 5 * 60_000;

/** Debian's server is a link into its tools, so both packages are wanted. */
const PACKAGES = ['redis-server', 'redis-tools'] as const;

/**
 * Finds Redis on this machine, else unpacks Debian's package into the cache.
 *
 * Unpacked, not installed: that needs no root and starts no service that nobody asked for.
 */
export async function obtainRedis(context: SetupContext): Promise<Obtained<Redis>> {
  const { found, refused } = await findOnPath({
    program: 'redis-server',
    versionArgs: ['--version'],
    accepted: REDIS.accepted,
    folders: pathFolders(context.env['PATH']),
    signal: context.signal,
  });
  if (found !== null) return { found: { ...found, source: 'path' }, how: 'on PATH' };
  // Libraries of one release do not fit another; the release's name is what decides the content.
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '');
  const codename = /^VERSION_CODENAME=(\w+)$/m.exec(release)?.[1] ?? 'unknown';
  const key = cacheKey(codename, platformName(context.platform), { packages: PACKAGES.join() });
  const cached = await findEntry(context.cacheRoot, REDIS.id, key);
  if (cached !== null) return fromEntry(cached, 'in the cache');
  if (context.isOffline) {
    throw missing(REDIS, [NOT_FETCHED, ...refused]);
  }
  const entry = await unpack(context, key, refused);
  const took = elapsed(entry.manifest.madeInSeconds * 1_000);
  return fromEntry(entry, `unpacked from Debian's packages in ${took}`);
}

async function unpack(
  context: SetupContext,
  key: string,
  refused: readonly string[],
): Promise<CacheEntry> {
  const startedAt = performance.now();
  const doing = "unpacking Debian's package into the cache (usually 10 s)";
  const task = context.progress.begin(REDIS.title, doing);
  const place = { root: context.cacheRoot, tool: REDIS.id, key };
  try {
    return await makeEntry(place, async (draft) => {
      await downloadAndUnpack(context, draft, task);
      const env = await libraryPath(draft);
      const program = join(draft, 'root', 'usr', 'bin', 'redis-server');
      const answer = await ask(program, ['--version'], {
        env: { ...context.env, ...env },
        signal: context.signal,
      });
      const version = answer === null ? null : findVersion(answer);
      if (version === null || !isAccepted(version, REDIS.accepted)) {
        throw new SetupFailure("Debian's package does not start on this machine");
      }
      return { version, source: 'debian', madeInSeconds: (performance.now() - startedAt) / 1_000 };
    });
  } catch (error) {
    if (!(error instanceof SetupFailure)) throw error;
    throw missing(REDIS, [...refused, sentenceOf(error)], error);
  } finally {
    task.end();
  }
}

async function downloadAndUnpack(context: SetupContext, draft: string, task: Task): Promise<void> {
  const archives = join(draft, 'archives');
  const root = join(draft, 'root');
  for (const folder of [archives, root]) await mkdir(folder);
  const apt = (doing: string, file: string, args: readonly string[]): Command => ({
    doing,
    file,
    args,
    cwd: archives,
    env: { ...context.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' },
    log: logOf(context, REDIS.id),
    limitMs: APT_LIMIT_MS,
    signal: context.signal,
    onLine: task.line,
  });
  const refresh = (): Promise<void> =>
    run(apt("refreshing Debian's package lists", 'apt-get', ['update', '-q']));
  const packages = await missingPackages(PACKAGES, {
    refresh: context.platform.isRoot ? refresh : null,
    signal: context.signal,
  });
  await run(apt('downloading Redis', 'apt-get', ['download', '-q', ...packages]));
  for (const name of await readdir(archives)) {
    await run(apt('unpacking Redis', 'dpkg-deb', ['--extract', name, root]));
  }
  await rm(archives, { recursive: true });
}

/** The folders of the unpacked libraries; the C library is never among them. */
async function libraryPath(dir: string): Promise<Record<string, string>> {
  const folders = ['usr/lib', 'lib'].map((folder) => join(dir, 'root', folder));
  const found = await Promise.all(
    folders.map(async (folder) => {
      // A package need not bring libraries of both kinds.
      const names = await readdir(folder).catch(() => []);
      return names.filter((name) => name.endsWith('-linux-gnu')).map((name) => join(folder, name));
    }),
  );
  return { LD_LIBRARY_PATH: found.flat().join(':') };
}

async function fromEntry(entry: CacheEntry, how: string): Promise<Obtained<Redis>> {
  const { version, source } = entry.manifest;
  const path = join(entry.dir, 'root', 'usr', 'bin', 'redis-server');
  return { found: { path, version, source, env: await libraryPath(entry.dir) }, how };
}
