import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { freePort } from '../support/free-port.js';
import { waitFor } from '../support/wait-for.js';

/** A device whose disk is always full: each write fails with ENOSPC. */
const FULL = '/dev/full';

describe('a process whose log is on a full disk', function () {
  this.timeout(60_000);

  let child: ChildProcess | null = null;

  afterEach(() => {
    child?.kill('SIGKILL');
    child = null;
  });

  it('goes on serving, and ends cleanly when it is told to', async function () {
    if (!existsSync(FULL)) this.skip();
    const port = await freePort();
    const full = openSync(FULL, 'w');
    const args = ['--import', 'tsx', 'src/main.ts', 'stub-model'];
    child = spawn(process.execPath, args, {
      stdio: ['ignore', full, 'pipe'],
      env: {
        PATH: process.env['PATH'],
        CLAWDEPLOY_STUB_MODEL_PORT: String(port),
        CLAWDEPLOY_LOG_LEVEL: 'debug',
      },
    });
    closeSync(full);
    const ended = once(child, 'exit');
    const complaints = child.stderr === null ? Promise.resolve('') : text(child.stderr);

    const served = await waitFor(() => askEndpoint(port), {
      ...{ withinMs: 40_000, describe: 'the stub model to answer' },
    });
    expect(served).to.equal(200);
    expect(await askEndpoint(port)).to.equal(200);

    child.kill('SIGTERM');
    expect(await ended).to.deep.equal([0, null]);
    expect(await complaints).to.equal('');
  });
});

async function askEndpoint(port: number): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${String(port)}/v1/models`);
  await answer.body?.cancel();
  return answer.status;
}
