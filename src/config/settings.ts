import { z } from 'zod';
import type { OfferBounds } from '../domain/offers.js';
import { SIZE_CLASS_NAMES } from '../domain/size-classes.js';
import { networkOf } from '../lib/network.js';

/**
 * Every setting of the service: its bounds, its default and when to change it (the description).
 *
 * Secrets never stand in the environment, which any process of the same user can read: settings
 * that end in _FILE name a file of mode 600 instead. docs/settings.md lists the same settings.
 */
const port = z.coerce.number().int().min(0).max(65_535);
const file = z.string().min(1);

/** Tokens and keys travel on these connections: in the clear they never leave the machine. */
const serverUrl = z.url({ protocol: /^https?$/ }).refine((text) => isPrivateLine(new URL(text)), {
  message:
    'is plain http:// to another machine, where secrets would travel in the clear; use https://',
  abort: true,
});

/** Whether what is sent there can be read by nobody on the way. */
function isPrivateLine({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname);
}

const seconds = (min: number, max: number) => z.coerce.number().int().min(min).max(max);

/** Requests a second in the long run; ten seconds' worth at once. */
const perSecond = z.coerce.number().min(0.1).max(1_000_000);

/** `10.0.0.5,10.1.0.0/16`: addresses and networks. */
const networks = z.string().transform((text, context): readonly string[] => {
  const named = text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
  for (const one of named.filter((each) => networkOf(each) === null)) {
    context.addIssue(`"${one}" is no address and no network like 10.0.0.0/8`);
  }
  return named;
});

/** No shared secrets and no `none`: with them whoever can check a token can make one. */
const SAFE_ALGORITHMS = ['ES256', 'ES384', 'ES512', 'PS256', 'PS384', 'PS512', 'RS256', 'EdDSA'];
const LOOPBACK = ['127.0.0.1', '[::1]', 'localhost'];

const algorithms = z.string().transform((text, context): readonly string[] => {
  const named = text.split(',').map((name) => name.trim());
  const unsafe = named.filter((name) => !SAFE_ALGORITHMS.includes(name));
  if (unsafe.length > 0) context.addIssue(`takes ${SAFE_ALGORITHMS.join(', ')}`);
  return named;
});

/** Whoever can change the keys on their way can sign tokens, so they travel by TLS. */
const jwksUrl = z.string().refine((text) => {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username } = new URL(text);
  return username === '' && (protocol === 'https:' || isDevelopment(protocol, hostname));
}, 'takes an https address without a user name; http on loopback alone');

function isDevelopment(protocol: string, hostname: string): boolean {
  return protocol === 'http:' && LOOPBACK.includes(hostname);
}

/** One entry of CLAWDEPLOY_POOLS: class, perhaps a region, and how many idle members to keep. */
const POOL_ENTRY =
  /^(?<sizeClass>[a-z]+)(?:@(?<region>[a-z0-9-]+))?=(?<floor>\d{1,4})(?:\.\.(?<ceiling>\d{1,4}))?$/;

/** `s=2,m@eu=1..20`: idle members per size class and region; what is not named is not offered. */
const pools = z.string().transform((text, context): readonly OfferBounds[] => {
  const offers = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((entry) => {
      const bounds = boundsOf(entry);
      if (bounds === null) context.addIssue(`"${entry}" ${POOLS_HELP}`);
      return bounds;
    });
  if (offers.length === 0) context.addIssue('name at least one size class, for example s=2');
  return offers.filter((bounds) => bounds !== null);
});

const POOLS_HELP = 'is not class[@region]=floor[..ceiling] with a class of s, m, l and 0–1000';
const IDLE_MAX = 1_000;

function boundsOf(entry: string): OfferBounds | null {
  const { sizeClass: name, region, floor, ceiling } = POOL_ENTRY.exec(entry)?.groups ?? {};
  const sizeClass = z.enum(SIZE_CLASS_NAMES).safeParse(name);
  const idleFloor = Number(floor);
  const idleCeiling = Number(ceiling ?? floor);
  const isInOrder = idleFloor <= idleCeiling && idleCeiling <= IDLE_MAX;
  if (!sizeClass.success || !isInOrder) return null;
  return { sizeClass: sizeClass.data, region: region ?? null, idleFloor, idleCeiling };
}

export const SETTINGS = {
  CLAWDEPLOY_DATABASE_URL_FILE: file.describe('File with the postgres:// URL of the database.'),
  CLAWDEPLOY_REDIS_URL_FILE: file.describe(
    'File with the redis:// URL; the worker needs it, and APIs that share their rate limits.',
  ),
  CLAWDEPLOY_NOMAD_ADDR: serverUrl.describe('Base URL of Nomad’s HTTP API.'),
  CLAWDEPLOY_NOMAD_TOKEN_FILE: file.describe('File with the controller’s Nomad token.'),
  CLAWDEPLOY_CONSUL_ADDR: serverUrl.describe('Base URL of Consul’s HTTP API.'),
  CLAWDEPLOY_CONSUL_TOKEN_FILE: file.describe('File with the control plane’s Consul token.'),
  CLAWDEPLOY_VAULT_ADDR: serverUrl.describe('Base URL of Vault’s HTTP API.'),
  CLAWDEPLOY_VAULT_NAMESPACE: z
    .string()
    .regex(/^[\w-]+(\/[\w-]+)*\/?$/)
    .optional()
    .describe('Namespace of Vault Enterprise or OpenBao in which all paths lie; none by default.'),
  CLAWDEPLOY_VAULT_ROLE_ID_FILE: file.describe('File with the AppRole role id of this role.'),
  CLAWDEPLOY_VAULT_SECRET_ID_FILE: file.describe('File with the AppRole secret id of this role.'),
  CLAWDEPLOY_API_HOST: z.string().default('127.0.0.1').describe('Address the API listens on.'),
  CLAWDEPLOY_API_PORT: port.default(8080).describe('Port of the API; 0 takes a free one.'),
  CLAWDEPLOY_INTERNAL_HOST: z
    .string()
    .default('127.0.0.1')
    .describe('Address of the edge’s look-up; reachable by the edge alone.'),
  CLAWDEPLOY_INTERNAL_PORT: port.default(8081).describe('Port of the edge’s look-up.'),
  CLAWDEPLOY_HEALTH_HOST: z
    .string()
    .default('127.0.0.1')
    .describe('Address on which controller and worker answer probes and metrics.'),
  CLAWDEPLOY_HEALTH_PORT: port
    .default(8082)
    .describe('Port of probes and metrics where the api role does not run.'),
  CLAWDEPLOY_JWKS_FILE: file
    .optional()
    .describe('File with the public keys (JWKS) that tokens are checked by; this or the URL.'),
  CLAWDEPLOY_JWKS_URL: jwksUrl
    .optional()
    .describe('Where the issuer publishes these keys, by https; this or the file.'),
  CLAWDEPLOY_JWKS_REFRESH_S: seconds(10, 3_600)
    .default(300)
    .describe('How old downloaded keys may get: so long works one that the issuer removed.'),
  CLAWDEPLOY_TOKEN_ISSUER: z.string().default('clawdeploy').describe('Required iss of tokens.'),
  CLAWDEPLOY_TOKEN_AUDIENCE: z
    .string()
    .default('clawdeploy-api')
    .describe('Required aud of tokens.'),
  CLAWDEPLOY_TOKEN_ALGORITHMS: algorithms
    .default(['ES256'])
    .describe('Signature algorithms that tokens may use, separated by commas.'),
  CLAWDEPLOY_TOKEN_CLOCK_TOLERANCE_S: seconds(0, 60)
    .default(5)
    .describe('How far the issuer’s clock may be from ours.'),
  CLAWDEPLOY_API_TRUSTED_PROXIES: networks
    .default([])
    .describe('Addresses and networks of proxies whose X-Forwarded-For is believed; none.'),
  CLAWDEPLOY_RATE_ADDRESS_PER_SECOND: perSecond
    .default(200)
    .describe('Requests of one address, before anybody looks who it is.'),
  CLAWDEPLOY_RATE_CALLER_PER_SECOND: perSecond
    .default(100)
    .describe('Requests of one caller, however many tokens they have.'),
  CLAWDEPLOY_RATE_TENANT_PER_SECOND: perSecond
    .default(20)
    .describe('Requests with tokens and keys of one tenant.'),
  CLAWDEPLOY_RATE_CREATES_PER_SECOND: perSecond
    .default(50)
    .describe('Claims of one product, or of one tenant.'),
  CLAWDEPLOY_CREATES_AT_ONCE: z.coerce
    .number()
    .int()
    .min(1)
    .max(20)
    .default(10)
    .describe('Claims worked on at once by one process; each holds one of its 20 connections.'),
  CLAWDEPLOY_CREATES_WAITING_PER_CALLER: z.coerce
    .number()
    .int()
    .min(0)
    .max(10_000)
    .default(100)
    .describe('Claims of one caller that may wait for their turn in one process.'),
  CLAWDEPLOY_BASE_DOMAIN: z
    .string()
    .regex(/^[a-z0-9.-]+$/)
    .default('claws.localhost')
    .describe('Instances answer at <id>.<this domain>.'),
  CLAWDEPLOY_EDGE_ADDRESS: z
    .string()
    .regex(/^[^\s:]+:\d+$/)
    .default('127.0.0.1:8088')
    .describe('host:port where the edge listens; proofs go through it.'),
  CLAWDEPLOY_PUBLIC_SCHEME: z
    .enum(['http', 'https'])
    .default('http')
    .describe('Scheme of the URLs shown to tenants; https where TLS ends at or before the edge.'),
  CLAWDEPLOY_PUBLIC_EDGE_PORT: port
    .optional()
    .describe('Port in the URLs shown to tenants; that of the edge address by default.'),
  CLAWDEPLOY_PUBLIC_API_URL: z
    .url()
    .optional()
    .describe('Base URL of the API as people reach it, for links; without it there are none.'),
  CLAWDEPLOY_GATEWAY_BIND: z
    .enum(['loopback', 'lan'])
    .default('loopback')
    .describe('Where gateways listen; lan, behind a firewall, when the edge is on other nodes.'),
  CLAWDEPLOY_GATEWAY_TRUSTED_PROXIES: networks
    .default(['127.0.0.1'])
    .describe('Addresses of the edge, whose word on a client’s address gateways take.'),
  CLAWDEPLOY_INSTANCE_DRIVER: z
    .enum(['exec', 'raw_exec'])
    .default('exec')
    .describe('Nomad driver of instances; raw_exec isolates nothing and is for development.'),
  CLAWDEPLOY_OPENCLAW_VERSION: z.string().default('2026.9.6').describe('Version in the pool key.'),
  CLAWDEPLOY_OPENCLAW_DIR: file.describe('Folder on the nodes whose node_modules holds OpenClaw.'),
  CLAWDEPLOY_COMPILE_CACHE_DIR: file.describe('Folder on the nodes with Node’s compile cache.'),
  CLAWDEPLOY_NODE_POOL: z.string().default('default').describe('Nomad node pool of instances.'),
  CLAWDEPLOY_DATACENTER: z.string().default('dc1').describe('Nomad datacenter of instances.'),
  CLAWDEPLOY_POOLS: pools
    .default([{ sizeClass: 's', region: null, idleFloor: 2, idleCeiling: 2 }])
    .describe('Idle members per size class and region: s=2, or s=2..20,m@eu=1 to follow demand.'),
  CLAWDEPLOY_WAITING_MAX: z.coerce
    .number()
    .int()
    .min(0)
    .max(10_000)
    .default(20)
    .describe('Claims per pool that may wait for a start when none is idle; more are refused.'),
  CLAWDEPLOY_STOCK_OUT_GOAL: z.coerce
    .number()
    .min(0.000_01)
    .max(0.5)
    .default(0.001)
    .describe(
      'Share of claims that may find no idle member; pools with room size themselves by it.',
    ),
  CLAWDEPLOY_STARTS_PER_NODE: z.coerce
    .number()
    .int()
    .min(1)
    .max(1_000)
    .default(4)
    .describe('Members that may boot at once on one node; a boot costs 10–18 CPU-seconds.'),
  CLAWDEPLOY_STARTS_PER_SECOND: z.coerce
    .number()
    .min(0.01)
    .max(1_000)
    .default(2)
    .describe(
      'Members of one pool started per second in the long run; five seconds’ worth at once.',
    ),
  CLAWDEPLOY_MEMBERS_MAX: z.coerce
    .number()
    .int()
    .min(1)
    .max(100_000)
    .default(20)
    .describe('Instances that may exist per pool, claimed ones included; memory is the limit.'),
  CLAWDEPLOY_DELETE_GRACE_S: seconds(0, 604_800)
    .default(0)
    .describe(
      'How long a deleted instance can be restored, its memory held meanwhile; 0 destroys at once.',
    ),
  CLAWDEPLOY_INSTALLATION: z
    .string()
    .regex(/^[\w.-]{1,64}$/)
    .optional()
    .describe('Who jobs say registered them; the identity of the database by default.'),
  CLAWDEPLOY_SWEEP: z
    .enum(['act', 'report'])
    .default('act')
    .describe('report only tells what a sweep would do; for the time after a restored backup.'),
  CLAWDEPLOY_WEBHOOK_LOOPBACK: z
    .enum(['refuse', 'allow'])
    .default('refuse')
    .describe('allow sends webhooks to this machine’s own addresses too, and in the clear.'),
  CLAWDEPLOY_STUB_MODEL_URL: z
    .url()
    .describe('Base URL of the warm-up model, as gateways reach it.'),
  CLAWDEPLOY_STUB_MODEL_HOST: z
    .string()
    .default('127.0.0.1')
    .describe('Address of the stub model.'),
  CLAWDEPLOY_STUB_MODEL_PORT: port.default(8083).describe('Port of the stub model.'),
  CLAWDEPLOY_LOG_LEVEL: z
    .enum(['debug', 'info', 'warn', 'error'])
    .default('info')
    .describe('The least important log lines that are written.'),
} as const;

/** Name of a setting, which is the environment variable's. */
export type SettingName = keyof typeof SETTINGS;
