import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Comparison } from '../../tools/openapi/compare-with-release.js';
import { compareWithRelease } from '../../tools/openapi/compare-with-release.js';
import { mayBreak } from '../../tools/openapi/may-break.js';
import { withTempDir } from '../support/temp-dir.js';

const ROOT = join(import.meta.dirname, '..', '..');
const BEFORE = join(ROOT, 'docs', 'openapi.json');

/** As much of the document as is changed here. */
interface Document {
  info: { version: string };
  paths: Record<string, Record<string, { responses: Record<string, unknown> }>>;
  components: { schemas: Record<string, Schema> };
}

interface Schema {
  properties: Record<string, { type?: string; enum?: string[] }>;
  required?: string[];
}

describe('the comparison with the last release', function () {
  this.timeout(60_000);

  it('finds nothing in the API as it is, or only what its version allows', async () => {
    const { isAllowed, text } = await compareWithRelease(ROOT);
    expect(isAllowed, text).to.be.true;
  });

  const breaks: Record<string, (document: Document) => void> = {
    'a removed path': ({ paths }) => {
      delete paths['/v1/pools'];
    },
    'a removed field of an answer': (document) => {
      const instance = schemaOf(document, 'Instance');
      delete instance.properties['url'];
      instance.required = (instance.required ?? []).filter((name) => name !== 'url');
    },
    'a new field that requests must have': (document) => {
      const claim = schemaOf(document, 'Claim');
      claim.properties['colour'] = { type: 'string' };
      claim.required = [...(claim.required ?? []), 'colour'];
    },
    'a value that requests can no longer have': (document) => {
      schemaOf(document, 'Claim').properties['sizeClass'] = { type: 'string', enum: ['s', 'm'] };
    },
    'a removed status of success': ({ paths }) => {
      delete paths['/v1/instances']?.['post']?.responses['202'];
    },
  };

  for (const [what, change] of Object.entries(breaks)) {
    it(`fails on ${what}, unless a new version says that it breaks`, async () => {
      const { isAllowed, text } = await comparedAfter(change);
      expect(isAllowed, text).to.be.false;
      expect(text).to.match(/^Callers of \d.* would break:\n {2}\S/);
      const bumped = await comparedAfter((document) => {
        change(document);
        document.info.version = '1.0.0';
      });
      expect(bumped.isAllowed, bumped.text).to.be.true;
    });
  }

  it('lets the API grow: a new field of an answer, a new value of one', async () => {
    const { isAllowed, text } = await comparedAfter((document) => {
      schemaOf(document, 'Pool').properties['colour'] = { type: 'string' };
      schemaOf(document, 'Problem').properties['code']?.enum?.push('pool_too_green');
    });
    expect(isAllowed, text).to.be.true;
  });
});

describe('a version', () => {
  it('may break callers of a lower major one, and before 1.0 of a lower minor one', () => {
    const may = ['0.2.0', '1.0.0', '2.0.0'].filter((to) => mayBreak('0.1.4', to));
    expect(may).to.deep.equal(['0.2.0', '1.0.0', '2.0.0']);
    for (const to of ['0.1.4', '0.1.5', '0.0.9']) expect(mayBreak('0.1.4', to), to).to.be.false;
    expect(mayBreak('1.2.0', '1.3.0')).to.be.false;
    expect(mayBreak('1.2.0', '2.0.0')).to.be.true;
  });
});

function schemaOf({ components }: Document, name: string): Schema {
  const schema = components.schemas[name];
  if (schema === undefined) throw new Error(`The document has no schema ${name}.`);
  return schema;
}

/** Compares the present document, as a release, with what `change` makes of it. */
function comparedAfter(change: (document: Document) => void): Promise<Comparison> {
  return withTempDir(async (folder) => {
    const document = JSON.parse(readFileSync(BEFORE, 'utf8')) as Document;
    change(document);
    const current = join(folder, 'openapi.json');
    await writeFile(current, JSON.stringify(document));
    return compareWithRelease(ROOT, { released: BEFORE, current });
  });
}
