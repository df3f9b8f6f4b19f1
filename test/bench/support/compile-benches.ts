import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Compiles the project with its benchmarks and returns the folder of their scripts, for processes
 * whose memory is measured: the loader that runs TypeScript directly takes 50 MB for itself.
 */
export async function compileBenches(root: string): Promise<string> {
  const outDir = join(root, 'build', 'bench-dist');
  const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const options = ['--noEmit', 'false', '--sourceMap', 'false', '--rootDir', root];
  await run(process.execPath, [compiler, '-p', root, ...options, '--outDir', outDir]);
  return join(outDir, 'test', 'bench', 'support');
}
