import { expect } from 'chai';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { fetchRelease } from '../../tools/setup/fetch-release.js';
import { SetupFailure } from '../../tools/setup/setup-failure.js';
import { unzipMember } from '../../tools/setup/unzip.js';
import { freePort } from '../support/free-port.js';
import { withTempDir } from '../support/temp-dir.js';
import { zipOf } from './zip-of.js';

const ARCHIVE = zipOf({ 'LICENSE.txt': 'free', nomad: '#!/bin/sh\necho 1.11.3\n' });
const SUM = createHash('sha256').update(ARCHIVE).digest('hex');

describe('fetching a release', () => {
  let vendor: Server;
  let url: string;

  before(async () => {
    vendor = createServer((request, response) => {
      const isThere = request.url === '/nomad.zip';
      response.writeHead(isThere ? 200 : 404).end(isThere ? ARCHIVE : 'gone');
    });
    vendor.listen(0, '127.0.0.1');
    await once(vendor, 'listening');
    const address = vendor.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    url = `http://127.0.0.1:${address.port}`;
  });

  after(() => {
    vendor.close();
    vendor.closeAllConnections();
  });

  it('unpacks the program of an archive with the pinned sum, ready to run', () =>
    withTempDir(async (folder) => {
      await order(folder, `${url}/nomad.zip`, SUM);
      const program = join(folder, 'bin', 'nomad');
      expect(readFileSync(program, 'utf8')).to.include('1.11.3');
      expect(statSync(program).mode & 0o111).to.equal(0o111);
      expect(existsSync(join(folder, 'archive'))).to.be.false;
    }));

  it('unpacks nothing of an archive with another sum, and names both', () =>
    withTempDir(async (folder) => {
      const failure = await failureOf(order(folder, `${url}/nomad.zip`, 'f'.repeat(64)));
      expect(failure.message).to.include(SUM).and.to.include('f'.repeat(64));
      expect(existsSync(join(folder, 'bin'))).to.be.false;
    }));

  it('says in one sentence that the archive is not there', () =>
    withTempDir(async (folder) => {
      const failure = await failureOf(order(folder, `${url}/other.zip`, SUM));
      expect(failure.message).to.match(/other\.zip could not be fetched \(the answer was 404\)/);
    }));

  it('says in one sentence that nobody answers', () =>
    withTempDir(async (folder) => {
      const nobody = `http://127.0.0.1:${await freePort()}/nomad.zip`;
      const failure = await failureOf(order(folder, nobody, SUM));
      expect(failure.message).to.match(/could not be fetched \(.*ECONNREFUSED/);
    }));
});

describe('reading a zip file', () => {
  it('gives the named file, and null for one that it does not hold', () => {
    expect(unzipMember(ARCHIVE, 'LICENSE.txt')?.toString()).to.equal('free');
    expect(unzipMember(ARCHIVE, 'vault')).to.be.null;
  });

  it('refuses what is none', () => {
    expect(() => unzipMember(Buffer.from('<html>not found</html>'), 'nomad')).to.throw(/no zip/);
  });
});

function order(folder: string, url: string, sha256: string): Promise<void> {
  return fetchRelease({
    release: { url, archive: 'zip', member: 'nomad' },
    sha256,
    folder,
    log: join(folder, 'log'),
    signal: new AbortController().signal,
    onLine: () => undefined,
  });
}

async function failureOf(work: Promise<void>): Promise<SetupFailure> {
  const outcome = await work.catch((error: unknown) => error);
  if (!(outcome instanceof SetupFailure)) throw new Error('it did not fail with a sentence');
  return outcome;
}
