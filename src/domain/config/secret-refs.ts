import type { FaultPart } from '../../errors/index.js';
import type { Json } from '../../lib/canonical-json.js';
import { CHANNEL_KEY_NAMES, PROVIDER_NAMES } from '../providers.js';
import { keyField } from '../rotation.js';
import type { JsonObject } from './json.js';
import { eachLeaf, isJsonObject, pointerOf } from './json.js';

const REF_HINT = 'refer to one with {"source":"file","provider":"instance","id":"/keys/<name>"}';

/** Settings whose values are secrets, by the end of their names. */
const SECRET_NAMES =
  /(token|secret|password|passphrase|api[-_]?key|credentials?|private[-_]?key|authorization|cookie)$/i;

/** Text that is a secret wherever it stands: keys of providers, tokens, passwords in addresses. */
const SECRET_TEXTS: readonly RegExp[] = [
  /\b(sk|gsk|xox[abprs]|gh[opsu]|github_pat|glpat|hf|AIza|AKIA)[-_]?[A-Za-z0-9_-]{16,}/,
  /\b\d{5,20}:[A-Za-z0-9_-]{20,}\b/,
  /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\./,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /\b(bearer|basic)\s+[A-Za-z0-9+/=._-]{8,}/i,
  /:\/\/[^/\s:@]+:[^/\s@]+@/,
];

/** OpenClaw replaces `${NAME}` by what its environment says, which is the platform's. */
const VARIABLE = /\$\{[A-Z]/;

/** Secrets that were written down, and references that lead nowhere; nothing of a value is told. */
export function secretTroubles(config: JsonObject, live: string): readonly FaultPart[] {
  const found: FaultPart[] = [];
  eachLeaf(config, (path, leaf) => {
    if (typeof leaf !== 'string') return;
    const pointer = pointerOf(path);
    const isNamed = SECRET_NAMES.test(path.at(-1) ?? '');
    if (isNamed || SECRET_TEXTS.some((text) => text.test(leaf))) {
      found.push({ pointer, detail: `Secrets are kept as keys: ${REF_HINT}.` });
    } else if (VARIABLE.test(leaf) || leaf.includes(live)) {
      found.push({
        pointer,
        detail: 'Text here stands for itself; $\u007BNAME} and @live@ do not.',
      });
    }
  });
  eachReference(config, (path, ref) => {
    const name = keyNameOf(ref);
    if (name !== null && isKnownKey(name)) return;
    found.push({
      pointer: pointerOf(path),
      detail: `Only keys of the instance can be used: ${REF_HINT}.`,
    });
  });
  return found;
}

/** The configuration with each reference to a key leading to where its value lies now. */
export function withKeysInPlace(value: Json, slots: ReadonlyMap<string, number>): Json {
  if (isReference(value)) {
    const name = keyNameOf(value);
    const slot = name === null ? undefined : slots.get(name);
    return name === null || slot === undefined ? value : referenceTo(name, slot);
  }
  if (isJsonObject(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [name, withKeysInPlace(member, slots)]),
    );
  }
  return isList(value) ? value.map((member) => withKeysInPlace(member, slots)) : value;
}

/** Where the gateway finds a key: a JSON pointer into the file of secrets, escaped as RFC 6901 says. */
export function referenceTo(name: string, slot: number): JsonObject {
  return { source: 'file', provider: 'instance', id: `/keys${pointerOf([keyField(name, slot)])}` };
}

function keyNameOf({ source, provider, id }: JsonObject): string | null {
  if (source !== 'file' || provider !== 'instance' || typeof id !== 'string') return null;
  const [, field] = /^\/keys\/([^/]+)$/.exec(id) ?? [];
  return field?.replaceAll('~1', '/').replaceAll('~0', '~') ?? null;
}

function isKnownKey(name: string): boolean {
  return [...PROVIDER_NAMES, ...CHANNEL_KEY_NAMES].some((known) => known === name);
}

/** What has the form of a SecretRef. */
function isReference(value: Json): value is JsonObject {
  return isJsonObject(value) && typeof value['source'] === 'string' && 'id' in value;
}

function eachReference(
  value: Json,
  visit: (path: readonly string[], ref: JsonObject) => void,
  path: readonly string[] = [],
): void {
  if (isReference(value)) visit(path, value);
  else if (typeof value === 'object' && value !== null) {
    for (const [name, member] of Object.entries(value))
      eachReference(member, visit, [...path, name]);
  }
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
