import { expect } from 'chai';
import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Toolchain } from '../../tools/setup/toolchain.js';
import { loadToolchain, saveToolchain } from '../../tools/setup/toolchain.js';
import { withTempDir } from '../support/temp-dir.js';

describe('the toolchain file', () => {
  it('gives back what was written, from a folder that only its owner may read', () =>
    withTempDir(async (root) => {
      const toolchain = await aToolchain(root);
      await saveToolchain(root, toolchain);
      expect(await loadToolchain(root)).to.deep.equal(toolchain);
      expect((await stat(join(root, '.clawdeploy'))).mode & 0o777).to.equal(0o700);
    }));

  it('sends a person to `make setup` when it was never written', () =>
    withTempDir(async (root) => {
      expect(await sentenceOf(root)).to.match(/has not found nomad, .* yet; run `make setup`/);
    }));

  it('names what an unfinished setup has not found', () =>
    withTempDir(async (root) => {
      const { vault, ...others } = await aToolchain(root);
      expect(vault.version).to.equal('1.0.0');
      await saveToolchain(root, others);
      expect(await sentenceOf(root)).to.match(/has not found vault yet/);
    }));

  it('names what was removed since', () =>
    withTempDir(async (root) => {
      await saveToolchain(root, await aToolchain(root));
      await rm(join(root, 'program'));
      expect(await sentenceOf(root)).to.match(/program is gone since setup found it/);
    }));
});

async function aToolchain(root: string): Promise<Toolchain> {
  const path = join(root, 'program');
  const dir = join(root, 'folder');
  await mkdir(dir);
  await writeFile(path, '');
  const program = { path, version: '1.0.0', source: 'path' } as const;
  return {
    nomad: program,
    consul: program,
    vault: program,
    caddy: program,
    traefik: program,
    postgres: { binDir: dir, version: '15.3', source: 'path' },
    redis: { ...program, env: { LD_LIBRARY_PATH: dir } },
    node: program,
    openclaw: { dir, version: '2026.9.6', source: 'npm' },
    compileCacheDir: join(dir, 'compile-cache'),
  };
}

async function sentenceOf(root: string): Promise<string> {
  const outcome = await loadToolchain(root).catch((error: unknown) => error);
  return outcome instanceof Error ? outcome.message : 'no failure';
}
