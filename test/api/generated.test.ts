import { expect } from 'chai';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { generatedFiles } from '../../tools/openapi/generated-files.js';

const ROOT = join(import.meta.dirname, '..', '..');

describe('what is generated from the endpoints', function () {
  this.timeout(60_000);

  it('is committed as `make openapi` writes it', async () => {
    const files = await generatedFiles(ROOT);
    expect(files.size).to.be.greaterThan(2);
    const stale = [...files].filter(([path, text]) => textAt(path) !== text).map(([path]) => path);
    expect(stale, 'call `make openapi` and commit what it writes').to.deep.equal([]);
  });
});

function textAt(path: string): string | null {
  const file = join(ROOT, path);
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}
