import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CacheEntry } from './cache.js';
import { cacheKey, findEntry, makeEntry } from './cache.js';
import { elapsed } from './elapsed.js';
import { isProgram } from './find-on-path.js';
import type { Obtained } from './obtained.js';
import { missing } from './obtained.js';
import { NOT_FETCHED } from './plan.js';
import { platformName } from './platform.js';
import { ask, run } from './run.js';
import type { SetupContext } from './setup-context.js';
import { logOf } from './setup-context.js';
import { SetupFailure, sentenceOf } from './setup-failure.js';
import type { Toolchain } from './toolchain.js';
import { SCHEMATHESIS } from './tools.js';
import { findVersion, isAccepted } from './version.js';

type Found = NonNullable<Toolchain['schemathesis']>;

const INSTALL_LIMIT_MS = 10 * 60_000;
/** What Schemathesis itself asks for. */
const PYTHON_ACCEPTED = [{ atLeast: '3.11.0', below: null }];

/**
 * Schemathesis for the Python of this machine, from the cache or from PyPI.
 *
 * Its packages lie in a folder of their own and not in a virtual environment: that would hold its own
 * path, and an entry of the cache gets its name only once it is whole.
 */
export async function obtainSchemathesis(context: SetupContext): Promise<Obtained<Found>> {
  const python = await pythonVersion(context);
  const recipe = join(context.root, 'tools', 'setup', 'schemathesis', 'requirements.txt');
  const key = cacheKey(SCHEMATHESIS.pinned, platformName(context.platform), {
    'requirements.txt': await readFile(recipe, 'utf8'),
    launcher: LAUNCHER,
    // Some of its packages are compiled for one minor version.
    python: python.split('.').slice(0, 2).join('.'),
  });
  const cached = await findEntry(context.cacheRoot, SCHEMATHESIS.id, key);
  if (cached !== null && isProgram(programIn(cached.dir))) return fromEntry(cached, 'in the cache');
  if (context.isOffline) throw missing(SCHEMATHESIS, [NOT_FETCHED]);
  const entry = await install(context, recipe, key);
  const took = elapsed(entry.manifest.madeInSeconds * 1_000);
  return fromEntry(entry, `installed from PyPI in ${took}`);
}

async function pythonVersion(context: SetupContext): Promise<string> {
  const answer = await ask('python3', ['--version'], context);
  const version = answer === null ? null : findVersion(answer);
  if (version === null) throw missing(SCHEMATHESIS, ['python3 is not on PATH']);
  if (isAccepted(version, PYTHON_ACCEPTED)) return version;
  throw missing(SCHEMATHESIS, [`python3 is ${version}`]);
}

async function install(context: SetupContext, recipe: string, key: string): Promise<CacheEntry> {
  const startedAt = performance.now();
  const doing = `installing ${SCHEMATHESIS.pinned} from PyPI, 44 MB (usually 30 s)`;
  const task = context.progress.begin(SCHEMATHESIS.title, doing);
  const place = { root: context.cacheRoot, tool: SCHEMATHESIS.id, key };
  try {
    if ((await ask('python3', ['-m', 'pip', '--version'], context)) === null) {
      throw new SetupFailure('python3 has no pip');
    }
    return await makeEntry(place, async (draft) => {
      await installPackages(context, { recipe, draft, onLine: task.line });
      await writeFile(programIn(draft), LAUNCHER);
      await chmod(programIn(draft), 0o755);
      const answer = await ask(programIn(draft), ['--version'], context);
      const version = answer === null ? null : findVersion(answer);
      if (version !== SCHEMATHESIS.pinned) {
        const said = version ?? 'no version';
        throw new SetupFailure(`what was installed says ${said} instead of ${SCHEMATHESIS.pinned}`);
      }
      return { version, source: 'pypi', madeInSeconds: (performance.now() - startedAt) / 1_000 };
    });
  } catch (error) {
    if (!(error instanceof SetupFailure)) throw error;
    throw missing(SCHEMATHESIS, [sentenceOf(error)], error);
  } finally {
    task.end();
  }
}

/** Only files whose hash is pinned, and only built ones: nothing of a package runs to install it. */
async function installPackages(
  context: SetupContext,
  order: {
    readonly recipe: string;
    readonly draft: string;
    readonly onLine: (line: string) => void;
  },
): Promise<void> {
  const { recipe, draft, onLine } = order;
  await run({
    doing: 'installing Schemathesis',
    file: 'python3',
    args: [
      ...['-m', 'pip', 'install', '--require-hashes', '--only-binary=:all:', '--no-compile'],
      ...['--disable-pip-version-check', '--no-input', '--target', join(draft, 'packages')],
      ...['--requirement', recipe],
    ],
    cwd: draft,
    // pip of a root user warns about system packages, which --target leaves alone.
    env: { ...context.env, PIP_ROOT_USER_ACTION: 'ignore' },
    log: logOf(context, SCHEMATHESIS.id),
    limitMs: INSTALL_LIMIT_MS,
    signal: context.signal,
    onLine,
  });
}

/** -B: the cache is not written to once it is made; -s: packages of the user are left alone. */
const LAUNCHER = `#!/bin/sh
# Runs Schemathesis with the packages beside this file and no others of that name.
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
PYTHONPATH="$here/packages" exec python3 -B -s -m schemathesis.cli "$@"
`;

function programIn(dir: string): string {
  return join(dir, 'schemathesis');
}

function fromEntry(entry: CacheEntry, how: string): Obtained<Found> {
  const { version, source } = entry.manifest;
  return { found: { path: programIn(entry.dir), version, source }, how };
}
