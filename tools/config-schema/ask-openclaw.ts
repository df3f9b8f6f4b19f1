import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Toolchain } from '../setup/toolchain.js';
import { trimSchema } from './trim-schema.js';

const run = promisify(execFile);
const LIMIT_MS = 60_000;
/** It prints 2.4 MB today. */
const OUTPUT_BYTES_MAX = 32 * 1024 * 1024;

/** Where the schema of a version lies, from the project's root. */
export function schemaFileOf(version: string): string {
  return `jobs/instance/config-schema/${version}.json`;
}

/** What the installed OpenClaw says that tenants may set, as the text of its file. */
export async function schemaTextOf({ node, openclaw }: Toolchain): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'clawdeploy-config-schema-'));
  const entry = join(openclaw.dir, 'node_modules', 'openclaw', 'openclaw.mjs');
  const env = {
    PATH: process.env['PATH'],
    HOME: home,
    OPENCLAW_STATE_DIR: home,
    OPENCLAW_OFFLINE: '1',
    OPENCLAW_NO_AUTO_UPDATE: '1',
  };
  try {
    const { stdout } = await run(node.path, [entry, 'config', 'schema'], {
      ...{ env, timeout: LIMIT_MS, maxBuffer: OUTPUT_BYTES_MAX },
    });
    return `${JSON.stringify(trimSchema(JSON.parse(stdout)), null, 1)}\n`;
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}
