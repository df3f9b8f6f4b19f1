import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StackLayout } from './layout.js';

/** Values for the names between @ signs in a configuration template. */
export type TemplateValues = Readonly<Record<string, string | number | boolean>>;

const PLACEHOLDER = /@([a-z][a-z_]*)@/g;

/**
 * The text of the template `path` (relative to the repository) with its placeholders filled in.
 *
 * A placeholder without a value throws: a server that starts with a hole in its configuration
 * fails later and far away.
 */
export function renderTemplate(
  layout: StackLayout,
  path: string,
  values: TemplateValues = {},
): string {
  return readFileSync(join(layout.root, path), 'utf8').replace(PLACEHOLDER, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`${path} asks for @${name}@, which has no value.`);
    return escaped(String(value));
  });
}

/** Inside the quotes of HCL, JSON and YAML alike. */
function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"');
}
