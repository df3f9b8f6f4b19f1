import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { missing } from '../../tools/setup/obtained.js';
import { requireDisk } from '../../tools/setup/require-disk.js';
import { sentenceOf } from '../../tools/setup/setup-failure.js';
import { SERVERS } from '../../tools/setup/tools.js';
import { openStateDir, writeAtomically } from '../../tools/stack/files.js';
import { stackLayout } from '../../tools/stack/layout.js';
import { sentenceOf as sentenceOfStack } from '../../tools/stack/stack-error.js';
import { makeTempDir, removeTempDir } from '../support/temp-dir.js';

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

describe('a small disk of its own', () => {
  /** Small enough to be refused, and to be filled in memory. */
  const DISK_MIB = 16;

  let disk: string;
  /** Whether this user may mount one; without that, the disk is that of the other tests. */
  let isSmall: boolean;

  before(async () => {
    disk = await makeTempDir();
    isSmall = mount(disk);
  });

  after(async () => {
    if (isSmall) execFileSync('umount', [disk]);
    await removeTempDir(disk);
  });

  function mount(folder: string): boolean {
    try {
      const options = ['-t', 'tmpfs', '-o', `size=${DISK_MIB}m`, 'clawdeploy-test', folder];
      execFileSync('mount', options, { stdio: 'pipe' });
      return true;
    } catch (error) {
      // Nothing but a missing right may stand in the way: as root this test wants its disk.
      expect(String(error)).to.match(/permission|superuser|not permitted|only root/i);
      return false;
    }
  }

  it('is refused by `make up`, which leaves nothing there', async () => {
    const opened: unknown = await openStateDir(stackLayout('/', disk)).then(
      (id) => ({ id }),
      (error: unknown) => error,
    );
    if (!isSmall) {
      expect(opened).to.have.property('id');
      return;
    }
    expect(sentenceOfStack(opened)).to.match(/^Only \d+ MiB are free on the disk of .* 1 GiB/);
    expect(readdirSync(disk)).to.deep.equal([]);
  });

  it('is refused by setup, which names the setting that leads elsewhere', async () => {
    const needed = isSmall ? 1 : HUGE_GIB;
    const failure: unknown = await requireDisk(disk, needed, 'GOCACHE').catch((e: unknown) => e);
    expect(sentenceOf(failure)).to.include('set GOCACHE to a folder on another disk');
  });

  it('keeps what was written before when it is full, and no half of the new', () => {
    const file = join(disk, 'ports.json');
    writeAtomically(file, 'before');
    if (!isSmall) return;
    const failure = thrownBy(() => {
      writeAtomically(file, Buffer.alloc((DISK_MIB + 1) * 1024 ** 2));
    });
    expect(sentenceOfStack(failure)).to.include('the disk is full');
    expect(readFileSync(file, 'utf8')).to.equal('before');
    expect(readdirSync(disk)).to.deep.equal(['ports.json']);
    writeFileSync(file, 'there is room again');
  });

  function thrownBy(act: () => void): unknown {
    try {
      act();
    } catch (error) {
      return error;
    }
    throw new Error('Nothing was thrown.');
  }
});

describe('a folder of someone else', () => {
  it('is named with what to do about it', () => {
    const failure = Object.assign(new Error('EACCES'), { code: 'EACCES', path: '/x/setup.lock' });
    expect(sentenceOf(failure)).to.match(/^\/x\/setup\.lock could not .* no right to it/);
  });
});
