import { expect } from 'chai';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { statusOf } from '../../src/api/problem.js';
import type { FaultCode } from '../../src/errors/index.js';
import { FAULT_CODES } from '../../src/errors/index.js';
import { ROOT, listFiles, listProductSources, readRequired } from './source-tree.js';

/**
 * Ports that need no suite here: a log's promise is about lines on a terminal, not about answers,
 * and the stores have theirs beside the simulator's database, in test/simulation/store-contract.
 */
const PORTS_WITHOUT_SUITE = new Set([
  ...['index', 'log', 'store', 'audit-store', 'key-store', 'key-campaign-store', 'api-key-store'],
  ...['config-store', 'idempotency-store', 'webhook-store'],
]);

describe('registers', () => {
  const sources = listProductSources();

  describe('of fault codes', () => {
    const codes = Object.keys(FAULT_CODES) as FaultCode[];
    const document = (): string =>
      readRequired('docs/errors.md', 'callers look up there what a code asks of them.');

    it('have each code once in the document, with its kind and status', () => {
      expect(codes).to.not.be.empty;
      const documented = rowsOf(document()).map((cells) => cells.slice(0, 3).map(unquoted));
      const declared = codes.map((code) => {
        const kind = FAULT_CODES[code];
        return [code, kind, String(statusOf({ code, kind }))];
      });
      expect(documented.sort(byFirst), 'rows of docs/errors.md').to.deep.equal(
        declared.sort(byFirst),
      );
    });

    it('have no code that nothing ever throws', () => {
      const thrown = sources
        .filter(({ path }) => path !== 'src/errors/fault-codes.ts')
        .map(({ text }) => text)
        .join('\n');
      const unused = codes.filter((code) => !thrown.includes(`'${code}'`));
      expect(unused, 'Remove the code, or throw it where it belongs.').to.deep.equal([]);
    });
  });

  it('of settings name in docs/settings.md what src/config reads, and no more', () => {
    const declared = namesIn(/^ {2}(CLAWDEPLOY_[A-Z_]+):/gm, textOf('src/config/'));
    const document = readRequired('docs/settings.md', 'operators look up there what to set.');
    const documented = rowsOf(document).map(([name = '']) => unquoted(name));
    expect(declared).to.not.be.empty;
    expect(documented.sort(), 'rows of docs/settings.md').to.deep.equal([...declared].sort());
  });

  it('of metrics name in docs/metrics.md what src/telemetry declares, each once', () => {
    const declared = namesIn(/\bname: '([a-z_]+)'/g, textOf('src/telemetry/'));
    const document = readRequired('docs/metrics.md', 'alerts and dashboards are written from it.');
    const documented = rowsOf(document).map(([name = '']) => unquoted(name));
    expect(declared).to.not.be.empty;
    expect(declared, 'declare a metric in one place and pass it on').to.deep.equal([
      ...new Set(declared),
    ]);
    expect(documented.sort(), 'rows of docs/metrics.md').to.deep.equal([...declared].sort());
  });

  it('of migrations list every file, oldest first', () => {
    const files = readdirSync(join(ROOT, 'src/store/migrations')).filter(
      (name) => name.endsWith('.ts') && !name.endsWith('.test.ts'),
    );
    expect(files).to.not.be.empty;
    const dataSource = readRequired('src/store/data-source.ts', 'it lists the migrations.');
    const imported = namesIn(/from '\.\/migrations\/([\w-]+)\.js'/g, dataSource);
    expect(imported, 'import each migration in src/store/data-source.ts').to.deep.equal(
      files.map((name) => name.replace('.ts', '')).sort(),
    );
    const [list = ''] = namesIn(/MIGRATIONS = \[([^\]]*)\]/g, dataSource);
    const stamps = namesIn(/(\d{13})/g, list);
    expect(stamps, 'list each migration in MIGRATIONS').to.deep.equal(
      files.map((name) => name.slice(0, 13)).sort(),
    );
  });

  it('of ports have a contract suite for each, which fake and adapter both pass', () => {
    const ports = readdirSync(join(ROOT, 'src/ports'))
      .map((name) => name.replace('.ts', ''))
      .filter((name) => !PORTS_WITHOUT_SUITE.has(name));
    expect(ports).to.not.be.empty;
    const folder = join(ROOT, 'test/contract');
    const suites = existsSync(folder) ? readdirSync(folder) : [];
    const bare = ports.filter((port) => !suites.some((suite) => suite.startsWith(port)));
    expect(bare, 'write test/contract/<port>… and run it on fake and adapter').to.deep.equal([]);
  });

  it('of decisions are numbered from 0001, each number once, with the same three parts', () => {
    const decisions = listFiles().filter(({ path }) => /^docs\/decisions\/\d/.test(path));
    expect(decisions).to.not.be.empty;
    expect(
      decisions.map(({ path }) => path.slice('docs/decisions/'.length).slice(0, 4)),
    ).to.deep.equal(decisions.map((_, index) => String(index + 1).padStart(4, '0')));
    for (const { path, text } of decisions) {
      const headings = namesIn(/^## (.+)$/gm, text);
      expect(headings, path).to.include.members(['Background', 'Decision', 'Consequences']);
    }
  });

  function textOf(folder: string): string {
    return sources
      .filter(({ path }) => path.startsWith(folder))
      .map(({ text }) => text)
      .join('\n');
  }
});

/** Cells of the table rows whose first cell is one word of code. */
function rowsOf(markdown: string): string[][] {
  return markdown
    .split('\n')
    .filter((line) => /^\| *`[\w]+` *\|/.test(line))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

function namesIn(pattern: RegExp, text: string): readonly string[] {
  return [...text.matchAll(pattern)].map(([, name = '']) => name);
}

function unquoted(cell: string): string {
  return cell.replaceAll('`', '');
}

function byFirst([a = '']: readonly string[], [b = '']: readonly string[]): number {
  return a < b ? -1 : Number(a > b);
}
