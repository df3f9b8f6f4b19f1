import { tmpdir } from 'node:os';
import { expect } from 'chai';
import { missing } from '../../tools/setup/obtained.js';
import { requireDisk } from '../../tools/setup/require-disk.js';
import { sentenceOf } from '../../tools/setup/setup-failure.js';
import { SERVERS } from '../../tools/setup/tools.js';
import { sentenceOf as sentenceOfStack } from '../../tools/stack/stack-error.js';

/** More than any disk has. */
const HUGE_GIB = 1e12;

describe('a disk without room', () => {
  it('is refused before anything is begun, and not by the advice to install something', async () => {
    const failure: unknown = await requireDisk(tmpdir(), HUGE_GIB).catch((error: unknown) => error);
    const { message } = missing(SERVERS.consul, [sentenceOf(failure)], failure);
    expect(message).to.match(/^Consul has no room: only [\d.]+ GiB are free .* CLAWDEPLOY_CACHE/);
    expect(message).to.not.include('install');
  });

  it('is named in one sentence wherever it is met', () => {
    const failure = Object.assign(new Error('ENOSPC: no space left on device, write'), {
      code: 'ENOSPC',
    });
    expect(sentenceOf(failure)).to.match(/^A file could not .*the disk is full; free some space/);
    expect(sentenceOfStack(failure)).to.equal(sentenceOf(failure));
  });
});

describe('a folder of someone else', () => {
  it('is named with what to do about it', () => {
    const failure = Object.assign(new Error('EACCES'), { code: 'EACCES', path: '/x/setup.lock' });
    expect(sentenceOf(failure)).to.match(/^\/x\/setup\.lock could not .* no right to it/);
  });
});
