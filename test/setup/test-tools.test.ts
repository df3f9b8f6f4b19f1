import { expect } from 'chai';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadTestTool, saveToolchain } from '../../tools/setup/toolchain.js';
import { withTempDir } from '../support/temp-dir.js';

describe('a tool that only tests run', () => {
  it('is found where setup put it', () =>
    withTempDir(async (root) => {
      const path = join(root, 'oasdiff');
      await writeFile(path, '');
      await saveToolchain(root, { oasdiff: { path, version: '1.37.0', source: 'go' } });
      expect(await loadTestTool(root, 'oasdiff')).to.equal(path);
    }));

  it('is missed in one sentence that says how to get it', () =>
    withTempDir(async (root) => {
      const failure: unknown = await loadTestTool(root, 'schemathesis').catch(
        (error: unknown) => error,
      );
      expect(String(failure)).to.match(/schemathesis is not there; `make test-tools` gets it/);
    }));
});
