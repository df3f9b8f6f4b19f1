import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const FRONT = fileURLToPath(new URL('../../tools/setup/front.sh', import.meta.url));

/** Answers like a Node of another major version: the question itself is for the real one. */
const OLD_NODE = '#!/bin/bash\n[ "$1" = --version ] && echo v18.20.4 && exit 0\nexit 1\n';

describe('what setup needs before it can run', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'front-'));
    symlinkSync('/usr/bin/dirname', join(folder, 'dirname'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('is asked for in one sentence where there is no Node', () => {
    expect(front()).to.deep.equal({ status: 1, lines: 1 });
    expect(said()).to.match(/^Node is missing; .*20\.19/);
    expect(said('node')).to.match(/^Node is missing; /);
  });

  it('names the version of a Node that is too old', () => {
    writeFileSync(join(folder, 'node'), OLD_NODE);
    chmodSync(join(folder, 'node'), 0o755);
    expect(front()).to.deep.equal({ status: 1, lines: 1 });
    expect(said()).to.match(/^Node v18\.20\.4 is too old; .*20\.19/);
  });

  it('is asked for in one sentence where there is no npm', () => {
    symlinkSync(process.execPath, join(folder, 'node'));
    expect(front()).to.deep.equal({ status: 1, lines: 1 });
    expect(said()).to.match(/^npm is missing; /);
  });

  it('is not npm for what was built already', () => {
    symlinkSync(process.execPath, join(folder, 'node'));
    expect(front('node')).to.deep.equal({ status: 0, lines: 0 });
  });

  function run(what: readonly string[]): { status: number | null; stderr: string } {
    return spawnSync('/bin/bash', [FRONT, ...what], { env: { PATH: folder }, encoding: 'utf8' });
  }

  function front(...what: string[]): { status: number | null; lines: number } {
    const { status, stderr } = run(what);
    return { status, lines: stderr.split('\n').length - 1 };
  }

  function said(...what: string[]): string {
    return run(what).stderr;
  }
});
