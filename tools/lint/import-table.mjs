/**
 * Who may import whom. Arrows of ARCHITECTURE.md, one line each; lint and the tidy tests read this.
 *
 *   errors, lib  <-  domain  <-  ports  <-  commands, controllers  <-  api, queue  <-  compose  <-  main
 *
 * A layer may always import itself. `clients/http` names one folder or file (`clients/http.ts`,
 * `clients/http/…`, `clients/http-….ts`) where a whole layer would be too much.
 */
export const LAYERS = {
  errors: {
    mayImport: [],
    instead: 'Faults stand below everything: pass what you need as an argument.',
  },
  lib: {
    mayImport: ['errors'],
    instead: 'Helpers in lib know nothing of the product: pass what you need as an argument.',
  },
  domain: {
    mayImport: ['errors', 'lib'],
    instead: 'The domain is pure: take ids, facts and `now` as arguments and return a decision.',
  },
  ports: {
    mayImport: ['errors', 'lib', 'domain'],
    instead: "Describe it in a port with the domain's types; an adapter does the rest.",
  },
  config: {
    mayImport: ['errors', 'lib', 'domain'],
    instead: 'Config only reads and checks settings; let src/compose build things from them.',
  },
  telemetry: {
    mayImport: ['errors', 'lib', 'ports'],
    instead: 'Telemetry knows no domain: give it names and numbers from where they arise.',
  },
  store: {
    mayImport: ['errors', 'lib', 'domain', 'ports'],
    instead: 'A repository implements a port and returns domain types; call others from a command.',
  },
  clients: {
    mayImport: ['errors', 'lib', 'domain', 'ports'],
    instead: 'An adapter implements a port and knows one server; combine them in a controller.',
  },
  commands: {
    mayImport: ['errors', 'lib', 'domain', 'ports'],
    instead: 'Take a port (src/ports) in the constructor; src/compose hands in what implements it.',
  },
  controllers: {
    mayImport: ['errors', 'lib', 'domain', 'ports'],
    instead: 'Take a port (src/ports) in the constructor; src/compose hands in what implements it.',
  },
  api: {
    mayImport: ['errors', 'lib', 'domain', 'ports', 'commands', 'controllers'],
    instead: 'Call a command (src/commands), or take a port that src/compose hands in.',
  },
  queue: {
    mayImport: ['errors', 'lib', 'domain', 'ports', 'commands', 'controllers'],
    instead: 'Call a command or a reconciler, or take a port that src/compose hands in.',
  },
  'stub-model': {
    mayImport: ['errors', 'lib', 'ports'],
    instead: 'The stub model stands alone: it imitates a provider and knows no instance.',
  },
  client: {
    mayImport: ['errors', 'lib', 'clients/http'],
    instead: 'The client is used by products: what it knows of the API comes from its document.',
  },
  cli: {
    mayImport: ['errors', 'lib', 'domain', 'client', 'clients/http/read-lines'],
    instead: 'The CLI is a client of the public API: add a route and call it.',
  },
  compose: {
    mayImport: [
      'errors',
      'lib',
      'domain',
      'ports',
      'config',
      'telemetry',
      'store',
      'clients',
      'commands',
      'controllers',
      'api',
      'queue',
      'stub-model',
    ],
    instead: 'The composition root stands above all but main: nothing it builds may import it.',
  },
  main: {
    mayImport: ['errors', 'lib', 'config', 'telemetry', 'stub-model', 'compose'],
    instead: 'Main parses the role and starts it: let src/compose build what it needs.',
  },
  tools: {
    mayImport: [
      ...['errors', 'lib', 'config', 'client', 'cli/connection-file', 'api/describe-api'],
      // Which part of OpenClaw's schema is kept follows from what is a tenant's.
      'domain/config/ownership',
    ],
    instead: 'Tools set up and drive the product from outside: call its API or start its entry.',
  },
};

/** The one layer that may touch a package, so that its types and faults stop there. */
export const PACKAGE_HOMES = {
  typeorm: ['store'],
  pg: ['store'],
  'reflect-metadata': ['store', 'main'],
  bull: ['queue'],
  ioredis: ['queue', 'clients'],
  'rate-limiter-flexible': ['clients'],
  axios: ['clients'],
  consul: ['clients'],
  'node-vault': ['clients'],
  'ipaddr.js': ['clients'],
  koa: ['api', 'telemetry', 'stub-model'],
  '@koa/router': ['api', 'stub-model'],
  '@koa/bodyparser': ['api', 'stub-model'],
  'koa-helmet': ['api'],
  jose: ['api'],
  pino: ['telemetry'],
  'prom-client': ['telemetry'],
  commander: ['cli'],
  'cli-progress': ['cli'],
};

/** The layer of a file by its path from the root, or null for files the rule does not bind. */
export function layerOf(path) {
  if (path.endsWith('.test.ts')) return null;
  if (path.startsWith('tools/')) return 'tools';
  if (!path.startsWith('src/')) return null;
  const first = path.slice('src/'.length).split('/')[0] ?? '';
  return first.replace(/\.ts$/, '').replace(/^compose-.*/, 'compose');
}

/** True when a file of `layer` may import `target`, a path from the root. */
export function isImportAllowed(layer, target) {
  const targetLayer = layerOf(target);
  if (targetLayer === null) return false;
  if (targetLayer === layer) return true;
  const inside = target.replace(/^src\//, '').replace(/\.ts$/, '');
  return (LAYERS[layer]?.mayImport ?? []).some(
    (name) => name === targetLayer || (name.includes('/') && inside.startsWith(name)),
  );
}
