import { copyFile, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CacheEntry } from './cache.js';
import { cacheKey, findEntry, makeEntry } from './cache.js';
import { elapsed } from './elapsed.js';
import type { FoundProgram } from './find-on-path.js';
import { findOnPath, isProgram, pathFolders } from './find-on-path.js';
import { installTree, recipeOf } from './install-tree.js';
import { missing } from './obtained.js';
import type { Obtained } from './obtained.js';
import { NOT_FETCHED } from './plan.js';
import { platformName } from './platform.js';
import type { Task } from './progress.js';
import { requireDisk } from './require-disk.js';
import { ask } from './run.js';
import type { SetupContext } from './setup-context.js';
import { SetupFailure, sentenceOf } from './setup-failure.js';
import type { Toolchain } from './toolchain.js';
import { NODE, OPENCLAW } from './tools.js';
import { findVersion, isAccepted } from './version.js';
import { compileCacheOf, warmCompileCache } from './warm-compile-cache.js';

const NEEDED_GIB = 3;

/** Raised when the content of an entry changes without its pins changing. */
const RECIPE_REVISION = '1';

/** OpenClaw, the Node that it runs on, and compiled code for both: one folder, mounted as one. */
export interface Gateway {
  readonly node: Obtained<Toolchain['node']>;
  readonly openclaw: Obtained<Toolchain['openclaw']>;
  readonly compileCacheDir: string;
}

/**
 * Finds or installs OpenClaw with its Node.
 *
 * The folder is whole in itself, because a task under the exec driver sees nothing else of the
 * machine: a Node that was found on PATH is copied into it as `node_modules/.bin/node`.
 */
export async function obtainGateway(context: SetupContext): Promise<Gateway> {
  const { found } = await findOnPath({
    program: 'node',
    versionArgs: ['--version'],
    accepted: NODE.accepted,
    folders: pathFolders(context.env['PATH']),
    signal: context.signal,
  });
  const recipe = join(context.root, 'tools', 'openclaw');
  const key = cacheKey(OPENCLAW.pinned, platformName(context.platform), {
    ...(await recipeOf(recipe)),
    node: found === null ? `npm ${NODE.pinned}` : `path ${found.version}`,
    revision: RECIPE_REVISION,
  });
  const cached = await findEntry(context.cacheRoot, OPENCLAW.id, key);
  if (cached !== null && isProgram(nodeIn(cached.dir))) {
    return gatewayOf(cached, found, 'in the cache');
  }
  if (context.isOffline) {
    throw missing(OPENCLAW, [NOT_FETCHED]);
  }
  const entry = await install(context, { recipe, key, found });
  const took = elapsed(entry.manifest.madeInSeconds * 1_000);
  return gatewayOf(entry, found, `installed from npm in ${took}`);
}

async function install(
  context: SetupContext,
  order: { readonly recipe: string; readonly key: string; readonly found: FoundProgram | null },
): Promise<CacheEntry> {
  const startedAt = performance.now();
  const doing = `installing ${OPENCLAW.pinned} with Node from npm, 0.9 GB (usually 1 min)`;
  const task = context.progress.begin(OPENCLAW.title, doing);
  const place = { root: context.cacheRoot, tool: OPENCLAW.id, key: order.key };
  try {
    await requireDisk(context.cacheRoot, NEEDED_GIB);
    return await makeEntry(place, async (draft) => {
      const { recipe, found } = order;
      await installTree(context, { tool: OPENCLAW, recipe, folder: draft, onLine: task.line });
      if (found !== null) await adoptNode(draft, found, context.platform.cpu);
      await check(context, draft, found?.version ?? NODE.pinned);
      await warm(context, draft, task);
      const madeInSeconds = (performance.now() - startedAt) / 1_000;
      return { version: OPENCLAW.pinned, source: 'npm', madeInSeconds };
    });
  } catch (error) {
    if (!(error instanceof SetupFailure)) throw error;
    throw missing(OPENCLAW, [sentenceOf(error)], error);
  } finally {
    task.end();
  }
}

async function adoptNode(draft: string, found: FoundProgram, cpu: string): Promise<void> {
  await rm(nodeIn(draft), { force: true });
  await copyFile(await realpath(found.path), nodeIn(draft));
  await rm(join(draft, 'node_modules', `node-linux-${cpu}`), { recursive: true, force: true });
}

/** Starts both programs of the tree; an entry that does not run must not get its name. */
async function check(context: SetupContext, draft: string, nodeVersion: string): Promise<void> {
  const said = await ask(nodeIn(draft), ['--version'], context);
  if (said === null || findVersion(said) !== nodeVersion) {
    const what = said?.trim() ?? 'nothing';
    throw new SetupFailure(`its Node says ${what} instead of ${nodeVersion}`);
  }
  const entry = join(draft, 'node_modules', 'openclaw', 'dist', 'index.js');
  const answer = await ask(nodeIn(draft), [entry, '--version'], context);
  const version = answer === null ? null : findVersion(answer);
  if (version === null || !isAccepted(version, OPENCLAW.accepted)) {
    throw new SetupFailure(`it does not start with Node ${nodeVersion}`);
  }
}

async function warm(context: SetupContext, draft: string, task: Task): Promise<void> {
  task.phase('starting a gateway once so that Node keeps its compiled code (usually 15 s)');
  const given = { node: nodeIn(draft), dir: draft, signal: context.signal };
  if (await warmCompileCache(given)) return;
  context.progress.say('OpenClaw: the compile cache stays cold; gateways start a little slower.');
}

function gatewayOf(entry: CacheEntry, found: FoundProgram | null, how: string): Gateway {
  const { dir, manifest } = entry;
  const node = { path: nodeIn(dir), version: found?.version ?? NODE.pinned };
  return {
    node:
      found === null
        ? { found: { ...node, source: 'npm' }, how }
        : { found: { ...node, source: 'path' }, how: `copied from ${found.path}` },
    openclaw: { found: { dir, version: manifest.version, source: manifest.source }, how },
    compileCacheDir: compileCacheOf(dir),
  };
}

function nodeIn(dir: string): string {
  return join(dir, 'node_modules', '.bin', 'node');
}
