import { TENANT_CHANNELS, TENANT_SECTIONS } from '../../src/domain/config/ownership.js';

/** A JSON schema, as far as it is looked at here. */
interface Schema {
  readonly [name: string]: unknown;
}

/** Members whose own members are names of settings and not words of the schema. */
const NAMES = ['properties', 'patternProperties', '$defs', 'definitions'];
/** What says nothing about what is right. */
const WORDS_LEFT_OUT = ['$schema', 'title', 'description'];

/** How a tenant's configuration refers to a key; see src/domain/config/secret-refs.ts. */
const KEY_REFERENCE = {
  type: 'object',
  properties: {
    source: { type: 'string', const: 'file' },
    provider: { type: 'string', const: 'instance' },
    id: { type: 'string', pattern: '^/keys/[^/]+$' },
  },
  required: ['source', 'provider', 'id'],
  additionalProperties: false,
};

/**
 * OpenClaw's schema as it holds for tenants: the sections that are theirs, the channels that gateways
 * have, and, wherever a secret may stand, a reference to a key of the instance and nothing else.
 * Defaults stay, for what has one need not be there.
 */
export function trimSchema(whole: unknown): unknown {
  const { properties } = whole as { readonly properties: Readonly<Record<string, Schema>> };
  const sections = TENANT_SECTIONS.map((name) => [name, trimmed(sectionOf(properties, name))]);
  return {
    type: 'object',
    properties: Object.fromEntries(sections) as object,
    additionalProperties: false,
  };
}

function sectionOf(properties: Readonly<Record<string, Schema>>, name: string): Schema {
  const section = properties[name];
  if (section === undefined) throw new Error(`this OpenClaw has no section ${name}`);
  if (name !== 'channels') return section;
  const channels = section['properties'] as Readonly<Record<string, unknown>>;
  const kept = TENANT_CHANNELS.map((channel) => [channel, channels[channel]]);
  return {
    ...section,
    properties: Object.fromEntries(kept) as object,
    additionalProperties: false,
  };
}

function trimmed(value: unknown, isNames = false): unknown {
  if (Array.isArray(value)) return value.map((one) => trimmed(one));
  if (typeof value !== 'object' || value === null) return value;
  if (!isNames && takesSecret(value as Schema)) return KEY_REFERENCE;
  const kept = Object.entries(value).filter(([name]) => isNames || !WORDS_LEFT_OUT.includes(name));
  return Object.fromEntries(
    kept.map(([name, member]) => [name, trimmed(member, !isNames && NAMES.includes(name))]),
  );
}

/** Whether text or a reference to a secret may stand there. */
function takesSecret({ anyOf }: Schema): boolean {
  return Array.isArray(anyOf) && anyOf.some((form) => isReference(form as Schema));
}

function isReference({ oneOf, properties }: Schema): boolean {
  if (Array.isArray(oneOf)) return oneOf.some((form) => isReference(form as Schema));
  const names = Object.keys(properties ?? {});
  return ['source', 'provider', 'id'].every((name) => names.includes(name));
}
