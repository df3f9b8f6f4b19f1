import { expect } from 'chai';
import ts from 'typescript';
import type { Finding, RepositoryFile } from './source-tree.js';
import { expectNone, findingAt, listProductSources, parse, walkNodes } from './source-tree.js';

/** Something that only one place of the product may do. */
interface HouseRule {
  readonly title: string;
  readonly isBroken: (node: ts.Node) => boolean;
  /** Files and folders that may, by the start of their path. */
  readonly allowedIn: readonly string[];
  readonly instead: string;
  /** Code that breaks the rule; proves that the rule still sees it. */
  readonly examples: readonly string[];
}

const RULES: readonly HouseRule[] = [
  {
    title: 'reads the time of day in src/lib/clock.ts alone',
    isBroken: (node) =>
      isMember(node, 'Date', ['now']) ||
      isMember(node, 'performance', ['now']) ||
      (ts.isNewExpression(node) && isNamed(node.expression, 'Date') && hasNoArguments(node)),
    allowedIn: ['src/lib/clock.ts'],
    instead: 'Take a `Clock` in the constructor, or `now` as an argument; monotonicMs() measures.',
    examples: ['Date.now();', 'new Date();', 'performance.now();'],
  },
  {
    title: 'sets timers in src/lib alone',
    isBroken: (node) =>
      isCallOf(node, ['setTimeout', 'setInterval', 'setImmediate']) ||
      isMember(node, 'AbortSignal', ['timeout']) ||
      isImportOf(node, 'node:timers/promises'),
    allowedIn: ['src/lib/'],
    instead: 'Use pause() or deadline() of src/lib/timers.ts, which end with an AbortSignal.',
    examples: ['setTimeout(f, 1);', 'setInterval(f, 1);', 'AbortSignal.timeout(1);'],
  },
  {
    title: 'combines signals in src/lib/scope.ts alone',
    isBroken: (node) => isMember(node, 'AbortSignal', ['any']),
    allowedIn: [],
    instead: 'Use a Scope of src/lib/scope.ts and end it: AbortSignal.any leaks in Node 20.',
    examples: ['AbortSignal.any([a, b]);'],
  },
  {
    title: 'draws random values in src/lib alone',
    isBroken: (node) =>
      isMember(node, 'Math', ['random']) ||
      isCallOf(node, ['randomBytes', 'randomInt', 'randomUUID', 'getRandomValues']) ||
      isMember(node, 'crypto', ['randomUUID', 'getRandomValues', 'randomBytes', 'randomInt']),
    allowedIn: ['src/lib/'],
    instead: 'Use randomBase32(), randomToken() or jittered() of src/lib/random.ts.',
    examples: ['Math.random();', 'randomBytes(8);', 'crypto.randomUUID();'],
  },
  {
    title: 'reads the environment in src/config alone',
    isBroken: (node) => isMember(node, 'process', ['env']),
    allowedIn: ['src/config/', 'src/cli/environment.ts'],
    instead: 'Declare the setting in src/config/settings.ts and take its value in the constructor.',
    examples: ['process.env.HOME;', 'const { HOME } = process.env;'],
  },
  {
    title: 'speaks HTTP in src/clients/http alone',
    isBroken: (node) =>
      isCallOf(node, ['fetch', 'axios']) ||
      isMember(node, 'axios', ['create', 'get', 'post', 'put', 'delete', 'request']) ||
      isMember(node, 'http', ['request', 'get']) ||
      isMember(node, 'https', ['request', 'get']),
    allowedIn: ['src/clients/http'],
    instead: 'Use the client of src/clients/http, which has deadlines, limits and redaction.',
    examples: ['fetch(url);', 'axios(options);', 'axios.create({});', 'http.request(url);'],
  },
  {
    title: 'connects to PostgreSQL in src/store alone',
    isBroken: (node) =>
      ts.isNewExpression(node) &&
      (isNamed(node.expression, 'DataSource') || isNamed(node.expression, 'Pool')),
    allowedIn: ['src/store/'],
    instead: 'Take the `Store` port; src/compose makes the one data source of the process.',
    examples: ['new DataSource({});', 'new Pool({});'],
  },
  {
    title: 'ends the process in src/main.ts and the CLI alone',
    isBroken: (node) => isMember(node, 'process', ['exit', 'abort']),
    allowedIn: ['src/main.ts', 'src/cli/'],
    instead: 'Throw: main logs the fault, shuts down in order and sets the exit code.',
    examples: ['process.exit(1);'],
  },
];

describe('forbidden calls', () => {
  const sources = listProductSources();

  it('looks at the product', () => {
    expect(sources.length).to.be.greaterThan(20);
  });

  for (const rule of RULES) {
    it(rule.title, () => {
      for (const example of rule.examples) {
        expect(broken(rule, { path: 'src/example.ts', text: example }), example).to.not.be.empty;
      }
      expectNone(
        sources.filter(({ path }) => !isAllowed(rule, path)).flatMap((file) => broken(rule, file)),
        rule.instead,
      );
    });
  }
});

function broken(rule: HouseRule, file: RepositoryFile): readonly Finding[] {
  const source = parse(file);
  return [...walkNodes(source)]
    .filter((node) => rule.isBroken(node))
    .map((node) => findingAt(source, node, node.getText(source).slice(0, 80)));
}

function isAllowed(rule: HouseRule, path: string): boolean {
  return rule.allowedIn.some((start) => path.startsWith(start));
}

function isNamed(node: ts.Node, name: string): boolean {
  return ts.isIdentifier(node) && node.text === name;
}

function isMember(node: ts.Node, object: string, names: readonly string[]): boolean {
  return (
    ts.isPropertyAccessExpression(node) &&
    isNamed(node.expression, object) &&
    names.includes(node.name.text)
  );
}

function isCallOf(node: ts.Node, names: readonly string[]): boolean {
  return ts.isCallExpression(node) && names.some((name) => isNamed(node.expression, name));
}

function isImportOf(node: ts.Node, name: string): boolean {
  return (
    ts.isImportDeclaration(node) &&
    ts.isStringLiteral(node.moduleSpecifier) &&
    node.moduleSpecifier.text === name
  );
}

function hasNoArguments(node: ts.NewExpression): boolean {
  return node.arguments === undefined || node.arguments.length === 0;
}
