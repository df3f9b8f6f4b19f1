import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';
import { SERVICE_NODE_ARGS } from '../../../tools/stack/children/control-plane.js';

const HERE = dirname(fileURLToPath(import.meta.url));

/**
 * Runs a script of this folder in a process of its own, gives it `input` as JSON on its standard
 * input, and parses what it writes; a script that fails has said why on standard error.
 *
 * @param compiledIn folder of the compiled scripts, see compileBenches, which Node then runs as it runs
 * the service; else TypeScript is loaded.
 */
export async function childJson<Result>(
  script: string,
  input: unknown,
  schema: z.ZodType<Result>,
  compiledIn: string | null = null,
): Promise<Result> {
  const command =
    compiledIn === null
      ? ['--import', 'tsx', join(HERE, script)]
      : [...SERVICE_NODE_ARGS, join(compiledIn, script.replace(/\.ts$/, '.js'))];
  const child = spawn(process.execPath, ['--expose-gc', ...command], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  try {
    child.stdin.end(JSON.stringify(input));
    return schema.parse(JSON.parse(await text(child.stdout)));
  } finally {
    child.kill('SIGKILL');
  }
}
