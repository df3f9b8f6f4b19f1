import type { VersionRange } from './version.js';

/** Everything that setup finds or fetches, in the order of the table at its end. */
export const TOOL_IDS = [
  'nomad',
  'consul',
  'vault',
  'caddy',
  'traefik',
  'postgres',
  'redis',
  'node',
  'openclaw',
  'oasdiff',
  'schemathesis',
] as const;

export type ToolId = (typeof TOOL_IDS)[number];

/** What the tests run beside the stack. `make setup` leaves it out, `make test` asks for it. */
export const TEST_TOOL_IDS = ['oasdiff', 'schemathesis'] as const;

/** A tool that only tests run. */
export type TestToolId = (typeof TEST_TOOL_IDS)[number];

/** A server that is one program, released as an archive and published as a Go module. */
export type ServerId = 'nomad' | 'consul' | 'vault' | 'caddy' | 'traefik';

/** What setup has to know about a thing to look for it and to say that it is missing. */
export interface Tool {
  readonly id: ToolId;
  readonly title: string;
  /** The version that is fetched or built where none is found. */
  readonly pinned: string;
  /** Versions that are good enough where one is found. */
  readonly accepted: readonly VersionRange[];
  /** Ends the sentence "… is needed …". */
  readonly why: string;
  /** Ends the sentence "To install it, …". */
  readonly install: string;
}

/** Whatever else is made in that way. */
export type GoProgramId = ServerId | 'oasdiff';

/** How `go build` makes a program. */
export interface GoRecipe {
  readonly packagePath: string;
  readonly tags: readonly string[];
  /** Without C some drivers and stores are left out; true where that would be missed. */
  readonly needsCgo: boolean;
  /** Where the program keeps its version, for those that print none when built as a module. */
  readonly versionSymbol: { readonly name: string; readonly value: string } | null;
  /** For the progress line: what two cores take from nothing, in minutes. */
  readonly minutes: number;
}

/** A Go program with the ways to come by it. */
export interface GoProgram extends Tool {
  readonly id: GoProgramId;
  /** Where its go.mod and go.sum lie, from the root. */
  readonly module: string;
  readonly versionArgs: readonly string[];
  readonly go: GoRecipe;
}

const PLAIN = { tags: [], needsCgo: false, versionSymbol: null } as const;

/** The servers, the pins of tools/servers (a test compares them) and the ranges seen to work. */
export const SERVERS: Readonly<Record<ServerId, GoProgram>> = {
  nomad: {
    id: 'nomad',
    module: 'tools/servers/nomad',
    title: 'Nomad',
    pinned: '1.11.3',
    accepted: [{ atLeast: '1.10.0', below: '2.0.0' }],
    why: 'to run the gateways',
    install: 'put Nomad 1.11 on PATH or install Go 1.26 and a C compiler',
    versionArgs: ['version'],
    go: {
      ...PLAIN,
      packagePath: 'github.com/hashicorp/nomad',
      tags: ['ui', 'codegen_generated'],
      needsCgo: true,
      minutes: 4,
    },
  },
  consul: {
    id: 'consul',
    module: 'tools/servers/consul',
    title: 'Consul',
    pinned: '1.22.7',
    accepted: [{ atLeast: '1.20.0', below: '2.0.0' }],
    why: 'to discover the gateways and watch their health',
    install: 'put Consul 1.22 on PATH or install Go 1.26',
    versionArgs: ['version'],
    go: { ...PLAIN, packagePath: 'github.com/hashicorp/consul', minutes: 3 },
  },
  vault: {
    id: 'vault',
    module: 'tools/servers/vault',
    title: 'Vault',
    pinned: '1.21.0',
    accepted: [{ atLeast: '1.18.0', below: '2.0.0' }],
    why: "to keep the tenants' keys",
    install: 'put Vault 1.21 on PATH or install Go 1.26',
    versionArgs: ['version'],
    go: { ...PLAIN, packagePath: 'github.com/hashicorp/vault', minutes: 6 },
  },
  caddy: {
    id: 'caddy',
    module: 'tools/servers/caddy',
    title: 'Caddy',
    pinned: '2.11.4',
    accepted: [{ atLeast: '2.8.0', below: '3.0.0' }],
    why: 'as the edge in front of the gateways',
    install: 'put Caddy 2.11 on PATH or install Go 1.26',
    versionArgs: ['version'],
    go: {
      ...PLAIN,
      packagePath: 'github.com/caddyserver/caddy/v2/cmd/caddy',
      versionSymbol: { name: 'github.com/caddyserver/caddy/v2.CustomVersion', value: 'v2.11.4' },
      minutes: 2,
    },
  },
  traefik: {
    id: 'traefik',
    module: 'tools/servers/traefik',
    title: 'Traefik',
    pinned: '3.6.12',
    accepted: [{ atLeast: '3.1.0', below: '4.0.0' }],
    why: 'as the other edge (`EDGE=traefik`)',
    install: 'put Traefik 3.6 on PATH or install Go 1.26',
    versionArgs: ['version'],
    go: {
      ...PLAIN,
      packagePath: 'github.com/traefik/traefik/v3/cmd/traefik',
      versionSymbol: { name: 'github.com/traefik/traefik/v3/pkg/version.Version', value: '3.6.12' },
      minutes: 6,
    },
  },
};

/** PostgreSQL: the server's programs, which speak for no client. */
export const POSTGRES: Tool = {
  id: 'postgres',
  title: 'PostgreSQL',
  pinned: '18.4.0-beta.17',
  accepted: [{ atLeast: '14.0.0', below: null }],
  why: 'as the one authority on instances, claims and tenants',
  install: 'run `apt-get install postgresql` or let npm reach its registry',
};

/** Redis, which Bull's queues live in. */
export const REDIS: Tool = {
  id: 'redis',
  title: 'Redis',
  pinned: "Debian's",
  accepted: [{ atLeast: '6.2.0', below: null }],
  why: 'for the queues of the workers',
  install: 'run `apt-get install redis-server` or put Redis 6.2 or later on PATH',
};

/** The Node that gateways run on; ClawDeploy itself is content with an older one. */
export const NODE: Tool = {
  id: 'node',
  title: 'Node for OpenClaw',
  pinned: '26.10.0',
  accepted: [
    { atLeast: '24.16.0', below: '25.0.0' },
    { atLeast: '26.1.0', below: null },
  ],
  why: 'because OpenClaw refuses older ones',
  install: 'put Node 26 on PATH or let npm reach its registry',
};

/** OpenClaw itself; only this version's reload rules are known to hold. */
export const OPENCLAW: Tool = {
  id: 'openclaw',
  title: 'OpenClaw',
  pinned: '2026.9.6',
  accepted: [{ atLeast: '2026.9.6', below: '2026.9.7' }],
  why: 'because it is what tenants get',
  install: 'let npm reach its registry (or a mirror set with `npm config set registry`)',
};

/** What compares two OpenAPI documents. */
export const OASDIFF: GoProgram = {
  id: 'oasdiff',
  module: 'tools/setup/oasdiff',
  title: 'oasdiff',
  pinned: '1.37.0',
  accepted: [{ atLeast: '1.37.0', below: '2.0.0' }],
  why: 'to find changes of the API that break its callers',
  install: 'put oasdiff 1.37 on PATH or install Go 1.26',
  versionArgs: ['--version'],
  go: {
    ...PLAIN,
    packagePath: 'github.com/oasdiff/oasdiff',
    versionSymbol: { name: 'github.com/oasdiff/oasdiff/build.Version', value: '1.37.0' },
    minutes: 1,
  },
};

/** Schemathesis, which sends an API whatever its document allows and forbids. */
export const SCHEMATHESIS: Tool = {
  id: 'schemathesis',
  title: 'Schemathesis',
  pinned: '4.32.5',
  accepted: [{ atLeast: '4.32.5', below: '4.32.6' }],
  why: 'to hold the running API to its document',
  install: 'run `apt-get install python3 python3-pip` (3.11 or later), and let pip reach its index',
};

/** One sentence for a thing that could not be had: which, why it is needed, how to install it. */
export function missingSentence(tool: Tool, reason: string): string {
  return `${tool.title} is missing (${reason}); it is needed ${tool.why}. To install it, ${tool.install}.`;
}
