import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildGoProgram, goFlags, usualMinutes } from './build-go-program.js';
import type { CacheEntry, Manifest } from './cache.js';
import { cacheKey, findEntry, makeEntry } from './cache.js';
import { RELEASE_CHECKSUMS } from './checksums.js';
import { elapsed } from './elapsed.js';
import { fetchRelease } from './fetch-release.js';
import { findOnPath, isProgram, pathFolders } from './find-on-path.js';
import type { Obtained } from './obtained.js';
import { missing } from './obtained.js';
import { planSteps } from './plan.js';
import type { Step } from './plan.js';
import { platformName } from './platform.js';
import type { Task } from './progress.js';
import { releaseOf } from './releases.js';
import { requireDisk } from './require-disk.js';
import { ask } from './run.js';
import type { SetupContext } from './setup-context.js';
import { logOf } from './setup-context.js';
import { SetupFailure, sentenceOf } from './setup-failure.js';
import type { GoProgram } from './tools.js';
import type { Toolchain } from './toolchain.js';
import { findVersion } from './version.js';

type Found = Toolchain['nomad'];

/** For one binary; Go's own caches, which need several times that, are looked at apart. */
const BUILD_GIB = 1;

/** Finds, fetches or builds a Go program; fails with one sentence when nothing helps. */
export async function obtainGoProgram(
  context: SetupContext,
  tool: GoProgram,
): Promise<Obtained<Found>> {
  const steps = planSteps({
    lastResort: 'go',
    release: releaseOf(tool, context.platform, context.env),
    sha256: RELEASE_CHECKSUMS[tool.id][context.platform.cpu] ?? null,
    isOffline: context.isOffline,
  });
  const key = await keyOf(context, tool);
  const reasons: string[] = [];
  for (const step of steps) {
    const obtained = await tryStep(context, tool, { step, key, reasons });
    if (obtained !== null) return obtained;
  }
  throw missing(tool, reasons);
}

async function tryStep(
  context: SetupContext,
  tool: GoProgram,
  attempt: { readonly step: Step; readonly key: string; readonly reasons: string[] },
): Promise<Obtained<Found> | null> {
  const { step, key, reasons } = attempt;
  switch (step.kind) {
    case 'path':
      return onPath(context, tool, reasons);
    case 'cache': {
      const entry = await findEntry(context.cacheRoot, tool.id, key);
      if (entry === null || !isProgram(programIn(entry, tool))) return null;
      return fromEntry(entry, tool, 'in the cache');
    }
    case 'skipped':
      reasons.push(step.because);
      if (step.step === 'release') {
        context.progress.say(`${tool.title}: the vendor's release is skipped: ${step.because}.`);
      }
      return null;
    case 'release':
      return fromRelease(context, tool, { step, key, reasons });
    case 'go':
      return fromModule(context, tool, key);
    case 'npm':
    case 'debian':
      throw new Error(`${tool.id} is planned from ${step.kind}, which has no such program.`);
  }
}

async function onPath(
  context: SetupContext,
  tool: GoProgram,
  reasons: string[],
): Promise<Obtained<Found> | null> {
  const { found, refused } = await findOnPath({
    program: tool.id,
    versionArgs: tool.versionArgs,
    accepted: tool.accepted,
    folders: pathFolders(context.env['PATH']),
    signal: context.signal,
  });
  reasons.push(...refused);
  return found === null ? null : { found: { ...found, source: 'path' }, how: 'on PATH' };
}

async function fromRelease(
  context: SetupContext,
  tool: GoProgram,
  attempt: {
    readonly step: Extract<Step, { kind: 'release' }>;
    readonly key: string;
    readonly reasons: string[];
  },
): Promise<Obtained<Found> | null> {
  const { step, key, reasons } = attempt;
  const doing = `trying the vendor's release ${tool.pinned} (usually under a minute)`;
  const task = context.progress.begin(tool.title, doing);
  try {
    const entry = await make(context, tool, key, 'release', (folder) =>
      fetchRelease({
        release: step.release,
        sha256: step.sha256,
        folder,
        log: logOf(context, tool.id),
        signal: context.signal,
        onLine: task.line,
      }),
    );
    return fromEntry(entry, tool, 'downloaded and checked');
  } catch (error) {
    if (!(error instanceof SetupFailure)) throw error;
    reasons.push(error.message);
    context.progress.say(`${tool.title}: ${error.message}`);
    return null;
  } finally {
    task.end();
  }
}

async function fromModule(
  context: SetupContext,
  tool: GoProgram,
  key: string,
): Promise<Obtained<Found>> {
  return context.inTurn(async () => {
    const usually = `about ${usualMinutes(tool.go)} min, seconds where Go has built it before`;
    const task = context.progress.begin(
      tool.title,
      `building ${tool.pinned} from its pinned Go module (${usually})`,
    );
    try {
      await requireDisk(context.cacheRoot, BUILD_GIB);
      const entry = await make(context, tool, key, 'go', async (folder) => {
        await buildGoProgram(context, tool, { folder, onLine: counting(task) });
      });
      const took = elapsed(entry.manifest.madeInSeconds * 1_000);
      return fromEntry(entry, tool, `built from its Go module in ${took}`);
    } catch (error) {
      if (!(error instanceof SetupFailure)) throw error;
      throw missing(tool, [sentenceOf(error)], error);
    } finally {
      task.end();
    }
  });
}

/** Makes the cache entry, and lets it have its name only if the program starts and is the pinned. */
async function make(
  context: SetupContext,
  tool: GoProgram,
  key: string,
  source: Manifest['source'],
  fill: (folder: string) => Promise<void>,
): Promise<CacheEntry> {
  const startedAt = performance.now();
  return makeEntry({ root: context.cacheRoot, tool: tool.id, key }, async (draft) => {
    await fill(draft);
    const answer = await ask(join(draft, 'bin', tool.id), tool.versionArgs, context);
    const version = answer === null ? null : findVersion(answer);
    if (version !== tool.pinned) {
      const said = version ?? 'no version';
      throw new SetupFailure(`what was made says ${said} instead of ${tool.pinned}`);
    }
    return { version, source, madeInSeconds: (performance.now() - startedAt) / 1_000 };
  });
}

async function keyOf(context: SetupContext, tool: GoProgram): Promise<string> {
  const folder = join(context.root, tool.module);
  return cacheKey(tool.pinned, platformName(context.platform), {
    'go.mod': await readFile(join(folder, 'go.mod'), 'utf8'),
    'go.sum': await readFile(join(folder, 'go.sum'), 'utf8'),
    flags: goFlags(tool.go).join('\n'),
  });
}

function fromEntry(entry: CacheEntry, tool: GoProgram, how: string): Obtained<Found> {
  const { version, source } = entry.manifest;
  return { found: { path: programIn(entry, tool), version, source }, how };
}

function programIn(entry: CacheEntry, tool: GoProgram): string {
  return join(entry.dir, 'bin', tool.id);
}

/** Shows each package that Go names, with its number, since Go does not say how many there are. */
function counting(task: Task): (line: string) => void {
  let packages = 0;
  return (line) => {
    packages += 1;
    task.line(`${packages}: ${line}`);
  };
}
