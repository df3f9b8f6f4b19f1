import type { Json } from '../../lib/canonical-json.js';
import { PROVIDER_NAMES } from '../providers.js';
import type { JsonObject } from './json.js';
import { eachLeaf, isJsonObject, pointerOf } from './json.js';

/** Parts of OpenClaw's configuration that are a tenant's to change; all others are the platform's. */
export const TENANT_SECTIONS = [
  'agents',
  'approvals',
  'attachments',
  'bindings',
  'broadcast',
  'channels',
  'mcp',
  'memory',
  'messages',
  'models',
  'session',
  'skills',
  'talk',
  'tools',
  'ui',
] as const;

/** Channels whose plugins gateways have. */
export const TENANT_CHANNELS = ['defaults', 'modelByChannel', 'telegram'] as const;

/** Settings that a tenant cannot change, and why. */
export interface OwnedSetting {
  /** Names with dots between them; `*` stands for any name, and a last one for all that is below. */
  readonly path: string;
  readonly why: string;
}

const KEYS =
  'Keys are set with PUT /v1/instances/{id}/keys/{name}; they are in Vault, and named here.';
const ELSEWHERE = 'Its plugin is not among those that gateways have.';

/** Inside the tenant's sections. */
const OWNED_INSIDE: readonly OwnedSetting[] = [
  ...PROVIDER_NAMES.map((name) => ({ path: `models.providers.${name}`, why: KEYS })),
  {
    path: 'models.providers.warmup',
    why: 'The model that members without an owner are warmed up with.',
  },
  { path: 'models.providers.trial-*', why: 'Names under which new keys are tried.' },
  { path: 'models.catalogRefresh', why: 'Gateways fetch nothing at their start.' },
  { path: 'channels.telegram.botToken', why: KEYS },
  { path: 'channels.telegram.tokenFile', why: KEYS },
  { path: 'channels.telegram.enabled', why: 'The channel runs while its key is set.' },
  {
    path: 'session.maintenance',
    why: 'Trimming after each turn costs a CPU-second in this version.',
  },
  { path: 'session.store', why: 'Where the instance keeps its data.' },
];

/** Whole sections; those that are not named here are the platform's as well. */
const OWNED_SECTIONS: readonly OwnedSetting[] = [
  { path: '$include', why: 'Which files make up the configuration.' },
  {
    path: 'gateway',
    why: 'Address, token and proxies of the gateway, most of which need a restart.',
  },
  { path: 'secrets', why: 'Where keys are read from.' },
  { path: 'auth', why: KEYS },
  { path: 'env', why: 'The environment holds no keys, and changing it needs a restart.' },
  { path: 'plugins', why: 'Plugins are installed with OpenClaw, the same for everybody.' },
  {
    path: 'hooks',
    why: 'Its token can only be written down in clear, and nothing of that is kept.',
  },
  { path: 'cron', why: 'Is switched off.' },
  { path: 'browser', why: 'Is switched off.' },
  { path: 'commands', why: 'Restarts are asked for with POST /v1/instances/{id}/restart.' },
  { path: 'logging', why: 'Answers of agents must not get into the operator’s logs.' },
  { path: 'discovery', why: 'Gateways do not announce themselves.' },
  { path: 'update', why: 'Versions are brought by the platform.' },
];

/** Everything that is the platform's, for readers. */
export const OWNED_SETTINGS: readonly OwnedSetting[] = [
  ...OWNED_SECTIONS,
  { path: '*', why: `Whatever is not below ${TENANT_SECTIONS.join(', ')}.` },
  { path: 'channels.*', why: `${ELSEWHERE} There are ${TENANT_CHANNELS.join(', ')}.` },
  ...OWNED_INSIDE,
];

/** A setting that was to be changed and is not the tenant's. */
export interface OwnedHit {
  readonly pointer: string;
  readonly why: string;
}

/** What a patch touches that is the platform's; the names in it are all known ones, or left out. */
export function ownedIn(patch: JsonObject): readonly OwnedHit[] {
  const hits = new Map<string, OwnedHit>();
  const add = (pointer: string, why: string): void => void hits.set(pointer, { pointer, why });
  for (const [name, section] of Object.entries(patch)) {
    if (!isIn(TENANT_SECTIONS, name)) {
      const known = OWNED_SECTIONS.find(({ path }) => path === name);
      add(known === undefined ? '' : pointerOf([name]), known?.why ?? otherwise());
    } else if (name === 'channels' && isJsonObject(section)) {
      const strange = Object.keys(section).some((channel) => !isIn(TENANT_CHANNELS, channel));
      if (strange) add('/channels', `${ELSEWHERE} There are ${TENANT_CHANNELS.join(', ')}.`);
    }
  }
  for (const { path, why } of OWNED_INSIDE) {
    if (reaches(patch, path)) add(pointerOf(path.split('.')), why);
  }
  eachLeaf(patch, (path) => {
    if (path.some((name) => name.startsWith('$')))
      add('', 'Names that begin with $ are OpenClaw’s own.');
  });
  return [...hits.values()];
}

function otherwise(): string {
  return `There are settings here beside ${TENANT_SECTIONS.join(', ')}; all others are the platform’s.`;
}

/** Whether the patch says anything of the setting or of what is below it. */
function reaches(patch: JsonObject, path: string): boolean {
  let here: readonly Json[] = [patch];
  for (const part of path.split('.')) {
    const isNamed = (name: string): boolean =>
      part.endsWith('*') ? name.startsWith(part.slice(0, -1)) : name === part;
    here = here.flatMap((value) => {
      const members = isJsonObject(value) ? Object.entries(value) : [];
      return members.filter(([name]) => isNamed(name)).map(([, member]) => member);
    });
  }
  return here.length > 0;
}

function isIn(names: readonly string[], name: string): boolean {
  return names.includes(name);
}
