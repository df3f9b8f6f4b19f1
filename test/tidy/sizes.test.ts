import { expect } from 'chai';
import ts from 'typescript';
import type { Finding, RepositoryFile } from './source-tree.js';
import { expectNone, findingAt, listProductSources, parse, walkNodes } from './source-tree.js';

const FUNCTION_LINES_MAX = 70;
const FILE_LINES_MAX = 400;
/** As long as what they are generated from; nobody reads or changes them. */
const GENERATED = 'src/client/generated/';

describe('sizes', () => {
  const sources = listProductSources();

  it(`keeps functions at ${String(FUNCTION_LINES_MAX)} lines or fewer`, () => {
    const functions = sources.flatMap(longFunctions);
    expectNone(functions, 'Branch in the parent and compute in the leaves: name the parts.');
  });

  it('sees a function that is too long', () => {
    const text = `function long() {\n${'  step();\n'.repeat(FUNCTION_LINES_MAX)}}`;
    expect(longFunctions({ path: 'src/example.ts', text })).to.have.length(1);
  });

  it(`keeps files at ${String(FILE_LINES_MAX)} lines or fewer`, () => {
    expect(sources).to.not.be.empty;
    const files = sources
      .filter(({ path }) => !path.startsWith(GENERATED))
      .map(({ path, text }) => ({ path, lines: text.trimEnd().split('\n').length }))
      .filter(({ lines }) => lines > FILE_LINES_MAX)
      .map(({ path, lines }) => ({ path, line: lines, what: `${String(lines)} lines` }));
    expectNone(files, 'Find the second noun in the file and give it a file of its own.');
  });

  it('explains every exported function and class', () => {
    expectNone(
      sources.flatMap(unexplained),
      'Say in one full sentence above it why it exists, its units and its faults.',
    );
  });
});

function longFunctions(file: RepositoryFile): readonly Finding[] {
  const source = parse(file);
  return [...walkNodes(source)].filter(isFunctionWithBody).flatMap((node) => {
    const lines = lineOf(source, node.end) - lineOf(source, node.getStart(source)) + 1;
    return lines > FUNCTION_LINES_MAX
      ? [findingAt(source, node, `${nameOf(node)}: ${String(lines)} lines`)]
      : [];
  });
}

function unexplained(file: RepositoryFile): readonly Finding[] {
  // A migration and a row say what they are by their name; their reasons stand in docs/decisions.
  if (/^src\/store\/(migrations|rows)\//.test(file.path)) return [];
  const source = parse(file);
  return source.statements
    .filter((node) => ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node))
    .filter((node) => node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword))
    .filter((node) => ts.getJSDocCommentsAndTags(node).length === 0)
    .map((node) => findingAt(source, node, node.name?.text ?? 'anonymous'));
}

function isFunctionWithBody(node: ts.Node): node is ts.FunctionLikeDeclaration {
  return ts.isFunctionLike(node) && 'body' in node && node.body !== undefined;
}

function nameOf(node: ts.FunctionLikeDeclaration): string {
  return node.name === undefined ? 'a function' : node.name.getText();
}

function lineOf(source: ts.SourceFile, position: number): number {
  return source.getLineAndCharacterOfPosition(position).line;
}
