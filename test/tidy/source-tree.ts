import { readFileSync, readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import ts from 'typescript';

/** A file of the repository as the tidy tests see it. */
export interface RepositoryFile {
  /** From the root, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

/** A place that breaks a house rule; printed as `path:line`, which editors turn into a link. */
export interface Finding {
  readonly path: string;
  readonly line: number;
  readonly what: string;
}

/** The repository's root. */
export const ROOT = join(import.meta.dirname, '..', '..');

/** Folders with what others wrote, what we built and what runs. */
const NOT_OURS = new Set(['node_modules', 'build', '.git', '.clawdeploy', '.cache']);

const BINARY = /\.(png|jpg|jpeg|gif|ico|woff2?|gz|tgz|db|webp)$/;

/** Every text file of the repository, in a fixed order. */
export function listFiles(): readonly RepositoryFile[] {
  return walk(ROOT)
    .filter((path) => !BINARY.test(path))
    .sort()
    .map((path) => ({
      path: relative(ROOT, path).split(sep).join('/'),
      text: readFileSync(path, 'utf8'),
    }));
}

/** TypeScript of the product: what runs in production, without the tests beside it. */
export function listProductSources(): readonly RepositoryFile[] {
  return listFiles().filter(
    ({ path }) => path.startsWith('src/') && path.endsWith('.ts') && !path.endsWith('.test.ts'),
  );
}

/** The syntax tree of a source file, with parents set. */
export function parse({ path, text }: RepositoryFile): ts.SourceFile {
  return ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true);
}

/** Every node of the tree, parents before children. */
export function* walkNodes(node: ts.Node): Generator<ts.Node> {
  yield node;
  for (const child of node.getChildren()) yield* walkNodes(child);
}

/** Where a node begins, as a finding. */
export function findingAt(source: ts.SourceFile, node: ts.Node, what: string): Finding {
  const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
  return { path: source.fileName, line: line + 1, what };
}

/** Lines of a file that match, as findings. */
export function findLines({ path, text }: RepositoryFile, pattern: RegExp): readonly Finding[] {
  return text
    .split('\n')
    .flatMap((line, index) =>
      pattern.test(line) ? [{ path, line: index + 1, what: line.trim().slice(0, 100) }] : [],
    );
}

/** Fails with one line per finding under a sentence that says what to do instead. */
export function expectNone(findings: readonly Finding[], instead: string): void {
  if (findings.length === 0) return;
  const list = findings.map(({ path, line, what }) => `  ${path}:${String(line)}  ${what}`);
  throw new Error(`${instead}\n${list.join('\n')}`);
}

/** The text of a file by its path from the root, or a failure that says why it is needed. */
export function readRequired(path: string, why: string): string {
  try {
    return readFileSync(join(ROOT, path), 'utf8');
  } catch (cause) {
    throw new Error(`${path} is missing: ${why}`, { cause });
  }
}

function walk(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) return NOT_OURS.has(entry.name) ? [] : walk(path);
    return entry.isFile() ? [path] : [];
  });
}
