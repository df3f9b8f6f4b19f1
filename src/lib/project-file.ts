import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Fault } from '../errors/index.js';

/** How far the project's root can be above this file: sources lie two, the build four folders up. */
const ROOTS = ['../..', '../../../..'];

/** The text of a file of the project, e.g. `jobs/instance/openclaw.nomad.hcl`. */
export function projectFile(path: string): string {
  const here = dirname(fileURLToPath(import.meta.url));
  for (const root of ROOTS) {
    try {
      return readFileSync(join(here, root, path), 'utf8');
    } catch {
      // Not this far up; the next one is tried, and the last failure is told below.
    }
  }
  throw new Fault('config_invalid', `Cannot start: the product’s file ${path} is missing.`);
}
