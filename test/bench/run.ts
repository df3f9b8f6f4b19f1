import { readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Series } from './report.js';
import { report } from './report.js';

/** What a file `<name>.bench.ts` exports. */
interface BenchModule {
  /** Measures on servers of its own, which it stops again; says what it does as it goes. */
  readonly measure: (root: string, say: (line: string) => void) => Promise<readonly Series[]>;
}

const SUFFIX = '.bench.ts';
const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, '..', '..');

/** Runs the named benchmark, or all of them one after the other. */
async function main(wanted: string | undefined): Promise<void> {
  const files = (await readdir(here)).filter((file) => file.endsWith(SUFFIX)).sort();
  const names = files.map((file) => file.slice(0, -SUFFIX.length));
  if (wanted !== undefined && !names.includes(wanted)) {
    throw new Error(`There is no benchmark "${wanted}". There are: ${names.join(', ')}.`);
  }
  for (const name of names.filter((one) => wanted === undefined || one === wanted)) {
    const say = (line: string): void => void process.stderr.write(`${name}: ${line}\n`);
    const bench = (await import(pathToFileURL(join(here, name + SUFFIX)).href)) as BenchModule;
    report(root, await bench.measure(root, say));
  }
}

main(process.argv[2] === '' ? undefined : process.argv[2]).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
