import { expect } from 'chai';
import { expectNone, findLines, listFiles } from './source-tree.js';

/** Words are written back to front, so that this file does not find itself. */
const MARKERS = wordsOf('ODOT', 'EMXIF', 'KCAH');
const FOCUSED = new RegExp(
  `\\b(describe|it|context|specify)\\.(${backwards('ylno')}|${backwards('piks')})\\b`,
);
const DISABLED = new RegExp(
  `eslint-${backwards('elbasid')}|@ts-(${backwards('erongi')}|${backwards('kcehcon')})`,
);
const REGISTRIES = wordsOf(
  'gro.sjmpn.yrtsiger',
  'moc.gkpnray.yrtsiger',
  'gro.gnalog.yxorp',
  'gro.gnalog.mus',
  'gro.naibed.bed',
  'gro.detsohnohtyp.selif',
);
/** Folders of one person's machine; those that every Linux has are fine. */
const MACHINE_PATHS = new RegExp(
  `(^|[\\s'"\`(=:])/(${['krow', 'emoh', 'sresU', 'toor'].map(backwards).join('|')})/[a-zA-Z.]`,
);

describe('leftovers', () => {
  const files = listFiles();
  const code = files.filter(({ path }) => /\.(ts|mjs|hcl|sh|mk|cjs)$|(^|\/)Makefile$/.test(path));
  const written = files.filter(({ path }) => !/(^|\/)(package-lock\.json|go\.sum)$/.test(path));

  it('looks at code and documents', () => {
    expect(code.length).to.be.greaterThan(40);
    expect(written.length).to.be.greaterThan(code.length);
  });

  it('has no marker for work that someone meant to do later', () => {
    expectNone(
      written.flatMap((file) => findLines(file, MARKERS)),
      'Do it, or write it down as an issue; the code says what is, not what could be.',
    );
  });

  it('has no test that is left out or that leaves out others', () => {
    expectNone(
      code.flatMap((file) => findLines(file, FOCUSED)),
      'Run all tests. A test that needs a server asks for it in `before` with this.' + 'skip().',
    );
  });

  it('switches no check off without saying why', () => {
    const silent = code
      .flatMap((file) => findLines(file, DISABLED))
      .filter(({ what }) => !what.includes(' -- '));
    expectNone(silent, 'Mend it, or add ` -- ` and the reason why the rule is wrong here.');
  });

  it('names no package registry', () => {
    expectNone(
      files.flatMap((file) => findLines(file, REGISTRIES)),
      'Leave the registry to npm, Go or apt: whoever builds this may use a mirror.',
    );
  });

  it('names no folder of one machine', () => {
    expectNone(
      written.flatMap((file) => findLines(file, MACHINE_PATHS)),
      'Start from the repository root, a setting, os.homedir() or a temp dir.',
    );
  });

  it('ends every text file with one line end', () => {
    const ragged = written
      .filter(({ text }) => text !== '' && (!text.endsWith('\n') || text.endsWith('\n\n')))
      .map(({ path, text }) => ({ path, line: text.split('\n').length, what: 'end of file' }));
    expectNone(ragged, 'End the file with exactly one line end.');
  });
});

function wordsOf(...reversed: readonly string[]): RegExp {
  const words = reversed.map((word) => backwards(word).replaceAll('.', '\\.'));
  return new RegExp(`\\b(${words.join('|')})\\b`);
}

function backwards(word: string): string {
  return word.split('').reverse().join('');
}
