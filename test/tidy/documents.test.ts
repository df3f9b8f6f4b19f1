import { expect } from 'chai';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Finding } from './source-tree.js';
import { ROOT, expectNone, findLines, listFiles, readRequired } from './source-tree.js';

interface Target {
  readonly name: string;
  readonly isExplained: boolean;
}

describe('documents', () => {
  const documents = listFiles().filter(({ path }) => path.endsWith('.md'));

  it('link to files that exist', () => {
    expect(documents).to.not.be.empty;
    const broken = documents.flatMap(({ path, text }) =>
      linksIn(text)
        .filter((link) => !existsSync(join(ROOT, dirname(path), link.replace(/#.*/, ''))))
        .map((link): Finding => ({ path, line: lineOf(text, `(${link})`), what: link })),
    );
    expectNone(broken, 'Mend the link, or write the document that it promises.');
  });

  it('name only make targets that exist', () => {
    const known = new Set(targetsOf(makefile()).map(({ name }) => name));
    // What programs say to people counts as well.
    const sources = listFiles().filter(({ path }) => path.endsWith('.ts'));
    const unknown = [...documents, ...sources].flatMap((file) =>
      findLines(file, /\\?`make [a-z]/).filter(({ what }) => {
        const named = [...what.matchAll(/`make ([a-z][a-z-]*)/g)].map(([, name = '']) => name);
        return named.some((name) => !known.has(name));
      }),
    );
    expectNone(unknown, 'Name a target of `make help`, or add the target to the Makefile.');
  });

  it('leave no blank to be filled in', () => {
    const blanks = documents.flatMap((file) =>
      findLines(file, /\?\?\?|\bTBD\b|<fill|lorem ipsum/i),
    );
    expectNone(blanks, 'Write the figure with the command that measured it, or leave it out.');
  });

  it('of the Makefile explain each target in `make help`', () => {
    const targets = targetsOf(makefile());
    expect(targets).to.not.be.empty;
    const silent = targets.filter(({ isExplained }) => !isExplained).map(({ name }) => name);
    expect(silent, 'end the line of the target with `## what it does`').to.deep.equal([]);
    expect(targets.map(({ name }) => name)).to.include.members([
      'help',
      'setup',
      'up',
      'down',
      'status',
      'logs',
      'check',
      'test',
      'fmt',
      'lint',
      'bench',
    ]);
  });
});

function makefile(): string {
  return readRequired('Makefile', 'it is the one way in: people and CI call the same targets.');
}

/** Targets that people call; files and pattern rules have a dot, slash or percent sign. */
function targetsOf(text: string): readonly Target[] {
  return text
    .split('\n')
    .map((line) => /^([a-z][a-z-]*):(?!=)([^#]*)(## .+)?/.exec(line))
    .filter((match) => match !== null)
    .map(([, name = '', , help]) => ({ name, isExplained: help !== undefined }));
}

function linksIn(markdown: string): readonly string[] {
  return [...markdown.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = '']) => link)
    .filter((link) => !/^(https?:|mailto:|#)/.test(link));
}

function lineOf(text: string, part: string): number {
  return text.slice(0, Math.max(0, text.indexOf(part))).split('\n').length;
}
