import { expect } from 'chai';
import { existsSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  cacheKey,
  cacheRoot,
  findEntry,
  makeEntry,
  removeDrafts,
} from '../../tools/setup/cache.js';
import { withTempDir } from '../support/temp-dir.js';

const MANIFEST = { version: '1.0.0', source: 'go', madeInSeconds: 1 } as const;

describe('the cache of setup', () => {
  it('names an entry by version, platform and all that decides its content', () => {
    const key = cacheKey('1.0.0', 'linux-x64', { 'go.mod': 'a', 'go.sum': 'b' });
    expect(key).to.match(/^1\.0\.0-linux-x64-[0-9a-f]{12}$/);
    expect(cacheKey('1.0.0', 'linux-x64', { 'go.sum': 'b', 'go.mod': 'a' })).to.equal(key);
    expect(cacheKey('1.0.0', 'linux-x64', { 'go.mod': 'a', 'go.sum': 'c' })).to.not.equal(key);
  });

  it('never takes one division of the same bytes for another', () => {
    const left = cacheKey('1', 'p', { a: 'xy', b: 'z' });
    expect(cacheKey('1', 'p', { a: 'x', b: 'yz' })).to.not.equal(left);
  });

  it('lies where the setting says, else in the cache folder of the user', () => {
    expect(cacheRoot({ CLAWDEPLOY_CACHE: '/srv/cache' })).to.equal('/srv/cache');
    expect(cacheRoot({ XDG_CACHE_HOME: '/srv/xdg' })).to.equal('/srv/xdg/clawdeploy');
    expect(cacheRoot({})).to.match(/\.cache\/clawdeploy$/);
  });

  it('finds what was made, with what is known about it', () =>
    withTempDir(async (root) => {
      const place = { root, tool: 'caddy', key: 'k' };
      await makeEntry(place, async (draft) => {
        await writeFile(join(draft, 'program'), 'x');
        return MANIFEST;
      });
      const entry = await findEntry(root, 'caddy', 'k');
      expect(entry).to.deep.equal({ dir: join(root, 'caddy', 'k'), manifest: MANIFEST });
      expect(existsSync(join(root, 'caddy', 'k', 'program'))).to.be.true;
    }));

  it('keeps the old entry, and nothing of the new one, when its making fails', () =>
    withTempDir(async (root) => {
      const place = { root, tool: 'caddy', key: 'k' };
      await makeEntry(place, () => Promise.resolve(MANIFEST));
      const failure = await makeEntry(place, async (draft) => {
        await writeFile(join(draft, 'half'), 'x');
        throw new Error('interrupted');
      }).catch((error: unknown) => error);
      expect(failure).to.be.an('error');
      expect(await readdir(join(root, 'caddy'))).to.deep.equal(['k']);
      expect(await findEntry(root, 'caddy', 'k')).to.not.be.null;
    }));

  it('does not trust a folder without its manifest', () =>
    withTempDir(async (root) => {
      await mkdir(join(root, 'caddy', 'k'), { recursive: true });
      expect(await findEntry(root, 'caddy', 'k')).to.be.null;
    }));

  it('removes what a killed setup left half-made and nothing else', () =>
    withTempDir(async (root) => {
      await mkdir(join(root, 'caddy', '.draft-1-abcd'), { recursive: true });
      await mkdir(join(root, 'caddy', 'k'), { recursive: true });
      await removeDrafts(root);
      expect(await readdir(join(root, 'caddy'))).to.deep.equal(['k']);
    }));
});
