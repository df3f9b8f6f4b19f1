import type { Json } from '../../lib/canonical-json.js';
import { canonicalJson } from '../../lib/canonical-json.js';
import type { JsonObject } from './json.js';
import { isJsonObject, pointerOf } from './json.js';
import type { ChangeEffect } from './reload-rules.js';
import { effectOf } from './reload-rules.js';

/** One setting that differs, and when that takes effect. */
export interface Difference {
  /** As a JSON pointer; a list counts as one setting. */
  readonly path: string;
  readonly change: 'added' | 'removed' | 'changed';
  readonly effect: ChangeEffect;
}

/** How two configurations differ, setting by setting, in the order of their names. */
export function diffConfig(before: JsonObject, after: JsonObject): readonly Difference[] {
  return differences(before, after, []);
}

function differences(
  before: Json | undefined,
  after: Json | undefined,
  path: readonly string[],
): readonly Difference[] {
  if (isJsonObject(before) || isJsonObject(after)) {
    const [old, young] = [membersOf(before), membersOf(after)];
    const names = [...new Set([...old.keys(), ...young.keys()])].sort();
    const inside = names.flatMap((name) => {
      return differences(old.get(name), young.get(name), [...path, name]);
    });
    // An object without members comes or goes as a whole.
    if (inside.length > 0 || (before !== undefined && after !== undefined)) return inside;
  }
  if (before !== undefined && after !== undefined) {
    if (canonicalJson(before) === canonicalJson(after)) return [];
  }
  const change = before === undefined ? 'added' : after === undefined ? 'removed' : 'changed';
  return [{ path: pointerOf(path), change, effect: effectOf(path) }];
}

function membersOf(value: Json | undefined): ReadonlyMap<string, Json> {
  return new Map(isJsonObject(value) ? Object.entries(value) : []);
}

/** Whether the gateway would have to start again for any of them. */
export function needsRestart(diff: readonly Difference[]): boolean {
  return diff.some(({ effect }) => effect === 'restart');
}
