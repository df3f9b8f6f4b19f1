import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './run.js';
import type { SetupContext } from './setup-context.js';
import { logOf } from './setup-context.js';
import type { Tool } from './tools.js';

const INSTALL_LIMIT_MS = 15 * 60_000;
const RECIPE = ['package.json', 'package-lock.json', '.npmrc'] as const;

/** The files that pin an npm tree, for the cache key. */
export async function recipeOf(folder: string): Promise<Record<string, string>> {
  const contents = await Promise.all(RECIPE.map((name) => readFile(join(folder, name), 'utf8')));
  return Object.fromEntries(RECIPE.map((name, index) => [name, contents[index] ?? '']));
}

/**
 * Installs the tree that `recipe` pins into `folder`/node_modules.
 *
 * Lifecycle scripts stay off: a package of the tree gets to run when a tenant's gateway does, in its
 * own sandbox, and not here with the rights of whoever sets up.
 */
export async function installTree(
  context: SetupContext,
  order: {
    readonly tool: Tool;
    readonly recipe: string;
    readonly folder: string;
    readonly onLine: (line: string) => void;
  },
): Promise<void> {
  for (const name of RECIPE) await copyFile(join(order.recipe, name), join(order.folder, name));
  await run({
    doing: `installing ${order.tool.title}`,
    file: 'npm',
    // Not engine-strict: npm would judge by the Node that runs it, not by the one in the tree.
    // Retries are short: a registry that cannot be reached is said within a minute.
    args: [
      ...['ci', '--ignore-scripts', '--engine-strict=false', '--loglevel=http'],
      ...['--fetch-retry-mintimeout=2000', '--fetch-retry-maxtimeout=10000'],
    ],
    cwd: order.folder,
    env: { ...context.env },
    log: logOf(context, order.tool.id),
    limitMs: INSTALL_LIMIT_MS,
    signal: context.signal,
    onLine: order.onLine,
  });
}
