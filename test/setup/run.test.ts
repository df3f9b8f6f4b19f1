import { expect } from 'chai';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { explainFailure } from '../../tools/setup/explain-failure.js';
import type { Command } from '../../tools/setup/run.js';
import { run } from '../../tools/setup/run.js';
import { SetupFailure, SetupInterrupted } from '../../tools/setup/setup-failure.js';
import { withTempDir } from '../support/temp-dir.js';
import { waitFor } from '../support/wait-for.js';

describe('running a program for setup', () => {
  it('passes its lines on and keeps them in the log', () =>
    withTempDir(async (dir) => {
      const lines: string[] = [];
      await run({ ...shell(dir, 'echo one; echo two >&2'), onLine: (line) => lines.push(line) });
      expect(lines).to.have.members(['one', 'two']);
      await waitFor(() => readFileSync(join(dir, 'logs', 'log'), 'utf8').includes('two'), {
        withinMs: 2_000,
        describe: 'the log to be written',
      });
    }));

  it('fails with a sentence, the last lines and the place of the log', () =>
    withTempDir(async (dir) => {
      const outcome = await run(shell(dir, 'echo no space left on device >&2; exit 3')).catch(
        (error: unknown) => error,
      );
      if (!(outcome instanceof SetupFailure)) throw new Error('it did not fail with a sentence');
      expect(outcome.message).to.match(/^Building failed: the disk is full/);
      expect(outcome.tail).to.deep.equal(['no space left on device']);
      expect(outcome.log).to.equal(join(dir, 'logs', 'log'));
    }));

  it('ends the children of the program too when it is interrupted', () =>
    withTempDir(async (dir) => {
      const interrupt = new AbortController();
      const pidFile = join(dir, 'pid');
      const script = `sh -c 'echo $$ > pid.new; mv pid.new pid; exec sleep 60' & wait`;
      const running = run({ ...shell(dir, script), signal: interrupt.signal }).catch(
        (error: unknown) => error,
      );
      await waitFor(() => existsSync(pidFile), { withinMs: 5_000, describe: 'the child to start' });
      const child = Number(readFileSync(pidFile, 'utf8'));
      interrupt.abort();
      expect(await running).to.be.instanceOf(SetupInterrupted);
      await waitFor(() => !isRunning(child), { withinMs: 5_000, describe: 'the child to end' });
    }));
});

describe('explaining a failure', () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['write /tmp/x: no space left on device', /disk is full/],
    ['npm error code ENOTFOUND', /registry cannot be reached/],
    ['dial tcp: lookup mirror.example: no such host', /registry cannot be reached/],
    ['verifying module: checksum mismatch\nSECURITY ERROR', /not what is pinned/],
    ['cgo: C compiler "gcc" not found: exec: "gcc": executable file not found', /no C compiler/],
    ['go: something new went wrong', /something new went wrong/],
  ];
  for (const [said, sentence] of cases) {
    it(`of "${said.split('\n')[0] ?? ''}" says what a person can do`, () => {
      expect(explainFailure('building Nomad', said.split('\n'))).to.match(sentence);
    });
  }
});

function shell(dir: string, script: string): Command {
  return {
    doing: 'building',
    file: 'sh',
    args: ['-c', script],
    cwd: dir,
    env: process.env,
    log: join(dir, 'logs', 'log'),
    limitMs: 30_000,
    signal: new AbortController().signal,
    onLine: () => undefined,
  };
}

function isRunning(pid: number): boolean {
  try {
    // A zombie has ended; its parent has only not looked yet.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    // No such process.
    return false;
  }
}
