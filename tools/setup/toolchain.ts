import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { SetupFailure } from './setup-failure.js';
import type { TestToolId } from './tools.js';
import { TEST_TOOL_IDS } from './tools.js';

const source = z.enum(['path', 'release', 'go', 'npm', 'debian', 'pypi']);
const env = z.record(z.string(), z.string()).readonly();
const program = z.object({ path: z.string(), version: z.string(), source }).readonly();

const toolchainSchema = z
  .object({
    nomad: program,
    consul: program,
    vault: program,
    caddy: program,
    traefik: program,
    /** Without psql: `binDir` holds postgres, initdb and pg_ctl. `env` is what they need to start. */
    postgres: z
      .object({ binDir: z.string(), version: z.string(), source, env: env.optional() })
      .readonly(),
    redis: z
      .object({ path: z.string(), version: z.string(), source, env: env.optional() })
      .readonly(),
    /** The Node that gateways run on. */
    node: program,
    /** `dir` holds `node_modules/openclaw`. */
    openclaw: z.object({ dir: z.string(), version: z.string(), source }).readonly(),
    /** Lies inside `openclaw.dir`: Node finds its entries by their place relative to the modules. */
    compileCacheDir: z.string(),
    /** What only tests run: see `loadTestTool`. */
    oasdiff: program.optional(),
    schemathesis: program.optional(),
  })
  .readonly();

/** Where a thing came from: this machine, or the cache, which got it in one of five ways. */
export type Source = z.infer<typeof source>;

/** Everything that setup found or fetched; what the development stack and the tests start. */
export type Toolchain = z.infer<typeof toolchainSchema>;

const partialSchema = toolchainSchema.unwrap().partial();

/** As much of a toolchain as has been found so far. */
export type PartialToolchain = z.infer<typeof partialSchema>;

/**
 * The toolchain that the last `make setup` of this repository wrote.
 *
 * Fails with one sentence when it was never run, did not get everything, or when what it found has
 * since been removed.
 */
export async function loadToolchain(root: string): Promise<Toolchain> {
  const known = await loadPartialToolchain(root);
  const parsed = toolchainSchema.safeParse(known);
  if (!parsed.success) {
    const missing = Object.keys(toolchainSchema.unwrap().shape).filter(
      (name) => !(name in known) && !TEST_TOOL_IDS.some((id) => id === name),
    );
    throw new SetupFailure(`Setup has not found ${missing.join(', ')} yet; run \`make setup\`.`);
  }
  const gone = placesOf(parsed.data).find((place) => !existsSync(place));
  if (gone !== undefined) {
    throw new SetupFailure(`${gone} is gone since setup found it; run \`make setup\` again.`);
  }
  return parsed.data;
}

/** Where a tool lies that only tests run; fails with one sentence when setup was not asked for it. */
export async function loadTestTool(root: string, id: TestToolId): Promise<string> {
  const found = (await loadPartialToolchain(root))[id];
  if (found !== undefined && existsSync(found.path)) return found.path;
  throw new SetupFailure(`${id} is not there; \`make test-tools\` gets it, or says what it lacks.`);
}

/** What earlier setups of this repository found, or nothing; entries of another form are dropped. */
export async function loadPartialToolchain(root: string): Promise<PartialToolchain> {
  try {
    const text = await readFile(toolchainFile(root), 'utf8');
    return partialSchema.parse(JSON.parse(text));
  } catch {
    // Never written, or by another version of setup: what it said has to be found again anyway.
    return {};
  }
}

/** Writes the toolchain whole or not at all; the state folder is made with mode 700. */
export async function saveToolchain(root: string, toolchain: PartialToolchain): Promise<void> {
  const file = toolchainFile(root);
  const draft = `${file}.${process.pid}`;
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  try {
    await writeFile(draft, `${JSON.stringify(toolchain, null, 2)}\n`, { mode: 0o600 });
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

function toolchainFile(root: string): string {
  return join(root, '.clawdeploy', 'toolchain.json');
}

function placesOf(toolchain: Toolchain): string[] {
  const { nomad, consul, vault, caddy, traefik, postgres, redis, node, openclaw } = toolchain;
  const programs = [nomad, consul, vault, caddy, traefik, redis, node].map(({ path }) => path);
  return [...programs, postgres.binDir, openclaw.dir];
}
