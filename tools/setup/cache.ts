import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';

const MANIFEST = 'entry.json';
const DRAFT = '.draft-';

const manifestSchema = z.object({
  version: z.string(),
  source: z.enum(['release', 'go', 'npm', 'debian', 'pypi']),
  madeInSeconds: z.number(),
});

/** What is known about a finished entry: it is the last file written before the entry gets its name. */
export type Manifest = Readonly<z.infer<typeof manifestSchema>>;

/** A finished folder of the cache. */
export interface CacheEntry {
  readonly dir: string;
  readonly manifest: Manifest;
}

/** Makes the content of an entry in `draft`, an empty folder, and says what it is. */
export type EntryMaker = (draft: string) => Promise<Manifest>;

/** The cache's folder: `CLAWDEPLOY_CACHE`, else one under the user's own cache folder. */
export function cacheRoot(env: Readonly<Record<string, string | undefined>>): string {
  const own = env['CLAWDEPLOY_CACHE'];
  if (own !== undefined && own !== '') return own;
  const users = env['XDG_CACHE_HOME'];
  return join(
    users !== undefined && users !== '' ? users : join(homedir(), '.cache'),
    'clawdeploy',
  );
}

/**
 * The name of an entry: its version and platform for people, and a hash over all that decides its
 * content, so that a changed pin never meets an old binary.
 *
 * Names and lengths are hashed along with the contents, or `ab` + `c` would equal `a` + `bc`.
 */
export function cacheKey(
  version: string,
  platform: string,
  inputs: Readonly<Record<string, string>>,
): string {
  const hash = createHash('sha256');
  for (const [name, content] of Object.entries(inputs).sort(byName)) {
    hash.update(`${name}\n${Buffer.byteLength(content)}\n`).update(content);
  }
  return `${version}-${platform}-${hash.digest('hex').slice(0, 12)}`;
}

/** The finished entry `key` of `tool`, or null when there is none. */
export async function findEntry(
  root: string,
  tool: string,
  key: string,
): Promise<CacheEntry | null> {
  const dir = join(root, tool, key);
  try {
    const text = await readFile(join(dir, MANIFEST), 'utf8');
    return { dir, manifest: manifestSchema.parse(JSON.parse(text)) };
  } catch {
    // No entry, or one that something else damaged: either way it has to be made anew.
    return null;
  }
}

/**
 * Makes the entry `key` of `tool`: in a draft folder beside it, which gets its name by one rename
 * once it is whole. Whatever fails or interrupts, a half-made entry never has a name.
 */
export async function makeEntry(
  place: { readonly root: string; readonly tool: string; readonly key: string },
  make: EntryMaker,
): Promise<CacheEntry> {
  const folder = join(place.root, place.tool);
  const draft = join(folder, `${DRAFT}${process.pid}-${randomBytes(4).toString('hex')}`);
  const dir = join(folder, place.key);
  await mkdir(draft, { recursive: true, mode: 0o755 });
  try {
    const manifest = await make(draft);
    await writeFile(join(draft, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`);
    await rm(dir, { recursive: true, force: true });
    await rename(draft, dir);
    return { dir, manifest };
  } catch (error) {
    await rm(draft, { recursive: true, force: true, maxRetries: 3 });
    throw error;
  }
}

/** Removes what a killed setup left half-made; safe only for the holder of the setup lock. */
export async function removeDrafts(root: string): Promise<void> {
  for (const tool of await names(root)) {
    for (const name of await names(join(root, tool))) {
      if (name.startsWith(DRAFT))
        await rm(join(root, tool, name), { recursive: true, force: true });
    }
  }
}

async function names(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  } catch {
    // A cache that does not exist yet holds no drafts.
    return [];
  }
}

function byName([left]: readonly [string, string], [right]: readonly [string, string]): number {
  return left < right ? -1 : 1;
}
