import type { Json } from '../../lib/canonical-json.js';

/** An object as JSON can say it. */
export interface JsonObject {
  readonly [name: string]: Json;
}

/** Whether the value is an object of JSON: no list, and not null. */
export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What is told of each value that is no object, with the names that lead to it. */
export function eachLeaf(
  value: Json,
  visit: (path: readonly string[], leaf: Json) => void,
  path: readonly string[] = [],
): void {
  if (typeof value !== 'object' || value === null) {
    visit(path, value);
    return;
  }
  for (const [name, member] of Object.entries(value)) eachLeaf(member, visit, [...path, name]);
}

/** The path as a JSON pointer (RFC 6901). */
export function pointerOf(path: readonly string[]): string {
  return path.map((name) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** Whether objects and lists are inside each other more than `depthMax` times; without recursion. */
export function isTooDeep(value: Json, depthMax: number): boolean {
  let here: Json[] = [value];
  for (let depth = 0; here.length > 0; depth += 1) {
    here = here.flatMap((one): Json[] => {
      return typeof one === 'object' && one !== null ? Object.values(one) : [];
    });
    if (depth >= depthMax && here.length > 0) return true;
  }
  return false;
}
