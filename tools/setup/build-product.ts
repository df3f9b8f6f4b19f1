import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { elapsed } from './elapsed.js';
import { run } from './run.js';
import type { SetupContext } from './setup-context.js';
import { logOf } from './setup-context.js';

const BUILD_LIMIT_MS = 10 * 60_000;
const SOURCES = ['src', 'tools'] as const;
const SETTINGS = ['package-lock.json', 'tsconfig.json', 'tsconfig.build.json'] as const;

/**
 * Builds ClawDeploy and makes its command reachable as `npx clawdeploy`; says how.
 *
 * A build whose sources have not changed since is kept: the stamp beside it holds their hash and is
 * written after the build, so a build that was interrupted is repeated.
 */
export async function buildProduct(context: SetupContext): Promise<string> {
  const { root, progress } = context;
  await linkCommand(root);
  const stamp = join(root, 'build', 'sources.sha256');
  const wanted = await hashSources(root);
  // No stamp yet is the same to us as another one.
  const built = await readFile(stamp, 'utf8').catch(() => '');
  const isThere = existsSync(join(root, 'build', 'dist', 'src', 'main.js'));
  if (isThere && built === wanted) return 'unchanged';
  const startedAt = performance.now();
  const task = progress.begin('ClawDeploy', 'compiling (usually 20 s)');
  try {
    await run({
      doing: 'building ClawDeploy',
      file: 'npm',
      args: ['run', '--silent', 'build'],
      cwd: root,
      env: { ...context.env },
      log: logOf(context, 'build'),
      limitMs: BUILD_LIMIT_MS,
      signal: context.signal,
      onLine: task.line,
    });
    await mkdir(join(root, 'build'), { recursive: true });
    await writeFile(stamp, wanted);
    return `compiled in ${elapsed(performance.now() - startedAt)}`;
  } finally {
    task.end();
  }
}

/** npm links the commands of dependencies but never a package's own; nothing global is touched. */
async function linkCommand(root: string): Promise<void> {
  const folder = join(root, 'node_modules', '.bin');
  const link = join(folder, 'clawdeploy');
  await mkdir(folder, { recursive: true });
  await rm(link, { force: true });
  await symlink(join('..', '..', 'bin', 'clawdeploy.mjs'), link);
}

async function hashSources(root: string): Promise<string> {
  const hash = createHash('sha256');
  for (const path of [...SETTINGS, ...(await listSources(root))]) {
    hash.update(`${path}\n`).update(await readFile(join(root, path)));
  }
  return hash.digest('hex');
}

async function listSources(root: string): Promise<string[]> {
  const lists = await Promise.all(
    SOURCES.map(async (folder) => {
      const names = await readdir(join(root, folder), { recursive: true });
      return names.filter((name) => name.endsWith('.ts')).map((name) => join(folder, name));
    }),
  );
  return lists.flat().sort();
}
