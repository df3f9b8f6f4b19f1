import type { Json } from '../../lib/canonical-json.js';
import type { JsonObject } from './json.js';
import { isJsonObject } from './json.js';

/**
 * The target as a JSON Merge Patch (RFC 7396) leaves it: objects are merged, null removes, and all else,
 * lists included, takes the place of what was there. No name has a meaning of its own, `__proto__`
 * included.
 */
export function mergePatch(target: Json | undefined, patch: JsonObject): JsonObject {
  const members = new Map(isJsonObject(target) ? Object.entries(target) : []);
  for (const [name, change] of Object.entries(patch)) {
    if (change === null) members.delete(name);
    else if (isJsonObject(change)) members.set(name, mergePatch(members.get(name), change));
    else members.set(name, change);
  }
  return Object.fromEntries(members);
}
