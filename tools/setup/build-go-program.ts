import { cpus } from 'node:os';
import { join } from 'node:path';
import { isProgram, pathFolders } from './find-on-path.js';
import { requireDisk } from './require-disk.js';
import { ask, run } from './run.js';
import type { SetupContext } from './setup-context.js';
import { logOf } from './setup-context.js';
import { SetupFailure } from './setup-failure.js';
import type { GoRecipe, GoProgram } from './tools.js';
import { findVersion, isAccepted } from './version.js';

const BUILD_LIMIT_MS = 60 * 60_000;

/** What the largest server leaves in each of Go's caches; all five together leave 8 and 9 GB. */
const GO_CACHE_GIB = 3;

/** The first Go that fetches the toolchain a go.mod names by itself. */
const GO_ACCEPTED = [{ atLeast: '1.21.0', below: null }];

/**
 * The flags of `go build` for a program; part of the cache key, since they decide the binary.
 *
 * -mod=readonly: what go.sum does not vouch for is refused, never resolved anew.
 */
export function goFlags(recipe: GoRecipe): readonly string[] {
  const { versionSymbol: symbol, tags } = recipe;
  const version = symbol === null ? '' : ` -X ${symbol.name}=${symbol.value}`;
  return [
    '-mod=readonly',
    '-trimpath',
    '-buildvcs=false',
    `-ldflags=-s -w${version}`,
    ...(tags.length === 0 ? [] : [`-tags=${tags.join(',')}`]),
  ];
}

/** Builds a program from its pinned module into `<folder>/bin`, waiting for its turn. */
export async function buildGoProgram(
  context: SetupContext,
  tool: GoProgram,
  order: { readonly folder: string; readonly onLine: (line: string) => void },
): Promise<void> {
  await refuseWithoutCompilers(context, tool);
  await refuseFullGoCaches(context);
  const target = join(order.folder, 'bin', tool.id);
  await run({
    doing: `building ${tool.title}`,
    file: 'go',
    // -v names each package as it is compiled, which is what the progress line shows.
    args: ['build', '-v', ...goFlags(tool.go), '-o', target, tool.go.packagePath],
    cwd: join(context.root, tool.module),
    env: goEnvironment(context, tool.go),
    log: logOf(context, tool.id),
    limitMs: BUILD_LIMIT_MS,
    signal: context.signal,
    onLine: order.onLine,
  });
}

/** Roughly how long a build from nothing takes here, for the progress line. */
export function usualMinutes(recipe: GoRecipe): number {
  // Measured on two cores; linking and the largest packages do not spread over more than four.
  return Math.max(1, Math.round((recipe.minutes * 2) / Math.min(4, Math.max(1, cpus().length))));
}

function goEnvironment(context: SetupContext, recipe: GoRecipe): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...context.env, GOFLAGS: '', GOWORK: 'off' };
  return recipe.needsCgo ? { ...env, CGO_ENABLED: '1' } : env;
}

/** Go's caches need several times what a server does, and may lie on other disks than ours. */
async function refuseFullGoCaches({ env, signal }: SetupContext): Promise<void> {
  for (const setting of ['GOCACHE', 'GOMODCACHE'] as const) {
    const [folder = ''] = (await ask('go', ['env', setting], { env, signal }))?.split('\n') ?? [];
    // A Go that is told to keep no cache says "off".
    if (folder.startsWith('/')) await requireDisk(folder, GO_CACHE_GIB, setting);
  }
}

async function refuseWithoutCompilers(context: SetupContext, tool: GoProgram): Promise<void> {
  const { signal, env } = context;
  const answer = await ask('go', ['version'], { env, signal });
  if (answer === null) throw new SetupFailure('Go is not on PATH');
  const version = findVersion(answer.replace('go version go', ''));
  if (version === null || !isAccepted(version, GO_ACCEPTED)) {
    throw new SetupFailure(`Go ${version ?? 'of an unknown version'} is too old, 1.26 is wanted`);
  }
  const compiler = env['CC'] ?? 'gcc';
  const isThere = pathFolders(env['PATH']).some((folder) => isProgram(join(folder, compiler)));
  if (tool.go.needsCgo && env['CC'] === undefined && !isThere) {
    throw new SetupFailure('there is no C compiler; install gcc and libc6-dev');
  }
}
