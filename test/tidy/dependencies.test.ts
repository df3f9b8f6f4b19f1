import { expect } from 'chai';
import { readdirSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import ts from 'typescript';
import { LAYERS, isImportAllowed, layerOf } from '../../tools/lint/import-table.mjs';
import type { RepositoryFile } from './source-tree.js';
import {
  ROOT,
  expectNone,
  findingAt,
  listProductSources,
  parse,
  readRequired,
  walkNodes,
} from './source-tree.js';

/** Packages that record what a process does and send it elsewhere; the bare interface does not. */
const EXPORTERS =
  /^(@opentelemetry\/(?!api$)|@sentry\/|@elastic\/apm|@datadog\/|@newrelic\/|@honeycombio\/|(dd-trace|newrelic|elastic-apm-node|jaeger-client|zipkin|applicationinsights|opentracing)$)/;

describe('dependencies', () => {
  const sources = listProductSources();

  it('have no cycle among files that load each other', () => {
    const graph = new Map(sources.map((file) => [file.path, runtimeImports(file)]));
    expect([...graph.values()].flat(), 'imports seen').to.not.be.empty;
    const cycle = findCycle(graph);
    expect(cycle, 'Move what both need into a third file that imports neither.').to.equal(null);
  });

  it('are seen as a cycle when two files load each other', () => {
    const graph = new Map([
      ['a.ts', ['b.ts']],
      ['b.ts', ['c.ts']],
      ['c.ts', ['b.ts']],
    ]);
    expect(findCycle(graph)).to.deep.equal(['b.ts', 'c.ts', 'b.ts']);
  });

  it('have a line in the import table for every folder of src', () => {
    const layers = readdirSync(join(ROOT, 'src'))
      .filter((name) => !name.endsWith('.test.ts'))
      .map((name) => layerOf(`src/${name}`));
    expect(layers).to.not.be.empty;
    expect(layers.filter((layer) => layer === null || !(layer in LAYERS))).to.deep.equal([]);
  });

  it('send nothing of what we do to anybody: none exports traces, errors or metrics', () => {
    const lock = JSON.parse(readRequired('package-lock.json', 'it pins every package')) as {
      packages: Record<string, unknown>;
    };
    const names = Object.keys(lock.packages).map((path) => path.split('node_modules/').at(-1));
    expect(names.length).to.be.greaterThan(100);
    expect(
      names.filter((name = '') => EXPORTERS.test(name)),
      'A trace holds requests, and with them secrets: docs/security.md says that there are none.',
    ).to.deep.equal([]);
  });

  it('point inwards, as ARCHITECTURE.md draws them', () => {
    const layers = Object.keys(LAYERS);
    const importersOf = (target: string): string[] =>
      layers.filter((layer) => layer !== layerOf(target) && isImportAllowed(layer, target));
    expect(importersOf('src/main.ts'), 'main').to.deep.equal([]);
    expect(importersOf('src/compose.ts'), 'compose').to.deep.equal(['main']);
    expect(importersOf('src/store/postgres-store.ts'), 'store').to.deep.equal(['compose']);
    expect(importersOf('src/clients/nomad/nomad-scheduler.ts')).to.deep.equal(['compose']);
    expect(importersOf('src/clients/http.ts')).to.have.members(['compose', 'client']);
    expect(importersOf('src/api/app.ts'), 'api').to.deep.equal(['compose']);
    expect(importersOf('src/client/api-client.ts')).to.have.members(['cli', 'tools']);
    expect(isImportAllowed('errors', 'src/lib/clock.ts'), 'errors').to.equal(false);
  });

  it('leave the domain without clock, chance, waiting and decorators', () => {
    const domain = sources.filter(({ path }) => path.startsWith('src/domain/'));
    expect(domain).to.not.be.empty;
    const findings = domain.flatMap((file) => {
      const source = parse(file);
      return [...walkNodes(source)]
        .filter(isImpure)
        .map((node) => findingAt(source, node, node.getText(source).slice(0, 80)));
    });
    expectNone(
      findings,
      'Take ids and `now` as arguments, return a plan, and act in a controller.',
    );
  });

  it('leave barrel files to ports and errors', () => {
    const barrels = sources
      .map(({ path }) => path)
      .filter((path) => posix.basename(path) === 'index.ts')
      .filter((path) => path !== 'src/ports/index.ts' && path !== 'src/errors/index.ts');
    expect(barrels, 'Import from the file that has the thing.').to.deep.equal([]);
  });
});

function isImpure(node: ts.Node): boolean {
  if (ts.isAwaitExpression(node) || ts.isDecorator(node)) return true;
  if (node.kind === ts.SyntaxKind.AsyncKeyword) return true;
  if (!ts.isImportDeclaration(node) || !ts.isStringLiteral(node.moduleSpecifier)) return false;
  return /^node:|\/lib\/(random|timers)\.js$/.test(node.moduleSpecifier.text);
}

/** Files that are loaded with this one; imports of types alone vanish when it is compiled. */
function runtimeImports(file: RepositoryFile): string[] {
  return parse(file).statements.flatMap((node) => {
    if (!ts.isImportDeclaration(node) && !ts.isExportDeclaration(node)) return [];
    const { moduleSpecifier } = node;
    if (moduleSpecifier === undefined || !ts.isStringLiteral(moduleSpecifier)) return [];
    const isTypeOnly = ts.isImportDeclaration(node)
      ? node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword
      : node.isTypeOnly;
    if (isTypeOnly || !moduleSpecifier.text.startsWith('.')) return [];
    const target = posix.join(dirname(file.path), moduleSpecifier.text);
    return [target.replace(/\.js$/, '.ts')];
  });
}

/** The files of one cycle, first and last the same, or null when there is none. */
function findCycle(graph: ReadonlyMap<string, readonly string[]>): readonly string[] | null {
  const settled = new Set<string>();
  const visit = (path: string, trail: readonly string[]): readonly string[] | null => {
    const at = trail.indexOf(path);
    if (at >= 0) return [...trail.slice(at), path];
    if (settled.has(path)) return null;
    for (const next of graph.get(path) ?? []) {
      const cycle = visit(next, [...trail, path]);
      if (cycle !== null) return cycle;
    }
    settled.add(path);
    return null;
  };
  for (const path of graph.keys()) {
    const cycle = visit(path, []);
    if (cycle !== null) return cycle;
  }
  return null;
}
