import { createServer } from 'node:net';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { descendantsOf, findMarked, isAlive } from '../../tools/stack/processes.js';
import type { MarkedProcess, ProcessProof } from '../../tools/stack/processes.js';
import { readStackId } from '../../tools/stack/files.js';
import { stackLayout } from '../../tools/stack/layout.js';
import { lockHolder } from '../../tools/stack/lock.js';
import type { StackEvent } from '../../tools/stack/protocol.js';
import type { StackInfo } from '../../tools/stack/stack-info.js';
import { downStack, stackStatus } from '../../tools/stack/stack.js';
import { waitFor } from '../support/wait-for.js';
import {
  ROOT,
  StackCaller,
  purgePrivate,
  shortStateDir,
  upPrivate,
} from './support/private-stack.js';
import { readTaskFile, runTinyJob, tinyJobRuns } from './support/tiny-job.js';

/** A Vault that does not get well is given up after 60 s; what can be known is said before. */
const BEFORE_VAULT_IS_GIVEN_UP_MS = 50_000;

const JOB = 'oc-ccccccccccc4';

describe('the life of the development stack', function () {
  this.timeout(120_000);

  let stateDir: string;
  let stack: StackInfo;
  let caller: StackCaller;
  let allocationId: string;

  before(async () => {
    stateDir = shortStateDir();
    stack = await upPrivate(stateDir);
    caller = new StackCaller(stack);
    await runTinyJob(caller, JOB, 'first-key');
    allocationId = await tinyJobRuns(caller, JOB);
  });

  after(() => purgePrivate(stateDir));

  it('says that it runs when it is started again, and what of the wishes it does not follow', async () => {
    const before = supervisorOf(stateDir);
    const notes: string[] = [];
    const again = await upPrivate(stateDir, {
      edge: 'traefik',
      progress: (event) => {
        if (event.kind === 'note') notes.push(event.text);
      },
    });
    expect(notes.join()).to.include('it runs with EDGE=caddy; for EDGE=traefik call `make down`');
    expect(again.edge).to.equal('caddy');
    expect(again.wasRunning).to.equal(true);
    expect(again.urls).to.deep.equal(stack.urls);
    expect(supervisorOf(stateDir)).to.deep.equal(before);
  });

  it('unseals a Vault that was killed', async () => {
    await killAndAwait('vault', async () => {
      const health = await caller.vault(null, 'sys/health');
      return health.status === 200;
    });
    const keys = await caller.vault(
      caller.secret('vault-root.token'),
      `kv/data/instances/${JOB}/keys`,
    );
    expect(keys.text).to.include('first-key');
  });

  it('unseals a Vault that someone sealed', async () => {
    await caller.vault(caller.secret('vault-root.token'), 'sys/seal', 'PUT');
    await waitFor(async () => (await caller.vault(null, 'sys/health')).status === 200, {
      withinMs: 15_000,
      describe: 'Vault to be unsealed',
    });
  });

  it('brings a killed Nomad back to tasks that never noticed', async () => {
    const before = taskOf(stack);
    await killAndAwait('nomad', async () => (await caller.allocation(JOB))?.status === 'running');
    expect(await tinyJobRuns(caller, JOB)).to.equal(allocationId);
    expect(taskOf(stack)).to.deep.equal(before);
  });

  it('restarts every server that was killed', async () => {
    for (const name of ['postgres', 'redis', 'consul', 'edge']) {
      await killAndAwait(name, () => Promise.resolve(childStatus(name)?.isHealthy === true));
    }
    expect(childStatus('postgres')?.restarts).to.equal(1);
  });

  it('neither ends nor starts anything twice while it cannot write down how things are', async () => {
    const { state } = stackLayout(ROOT, stateDir);
    const before = childStatus('postgres')?.process;
    // A folder in its place stands for a full disk: what is written cannot get its name.
    rmSync(state);
    mkdirSync(join(state, 'in-the-way'), { recursive: true });
    const killed = kill('redis');
    await waitFor(() => running('redis').some(({ pid }) => pid !== killed), {
      withinMs: 20_000,
      describe: 'redis to come back',
    });
    rmSync(state, { recursive: true });
    kill('edge');
    await waitFor(() => childStatus('edge')?.isHealthy === true, {
      withinMs: 20_000,
      describe: 'the edge to come back, and to be written down',
    });
    expect(childStatus('postgres')).to.deep.include({ process: before, isHealthy: true });
    expect(running('redis').map(({ pid }) => pid)).to.deep.equal([
      childStatus('redis')?.process?.pid,
    ]);
  });

  it('recovers from a killed supervisor and leaves running tasks alone', async () => {
    const before = taskOf(stack);
    const supervisor = supervisorOf(stateDir);
    process.kill(supervisor.pid, 'SIGKILL');
    await waitFor(() => !isAlive(supervisor), {
      withinMs: 5_000,
      describe: 'the supervisor to die',
    });
    expect(stackStatus(stateDir)).to.equal(null);

    const events: StackEvent[] = [];
    const again = await upPrivate(stateDir, { progress: (event) => events.push(event) });
    expect(again.wasRunning).to.equal(false);
    expect(again.ports).to.deep.equal(stack.ports);
    expect(
      events.some((event) => event.kind === 'note' && event.text.includes('cut off')),
    ).to.equal(true);
    expect(await tinyJobRuns(caller, JOB)).to.equal(allocationId);
    expect(taskOf(stack)).to.deep.equal(before);
  });

  it('stops everything, and starts again with the same allocation, its files and its keys', async () => {
    expect((await downStack(stateDir)).wasRunning).to.equal(true);
    expect(findMarked(stack.stackId)).to.deep.equal([]);
    expect(stackStatus(stateDir)).to.equal(null);
    expect((await downStack(stateDir)).wasRunning).to.equal(false);

    const again = await upPrivate(stateDir);
    expect(again.ports).to.deep.equal(stack.ports);
    await waitFor(() => readTaskFile(stack, allocationId, 'local/boots') === 'boot\nboot\n', {
      withinMs: 30_000,
      describe: 'the task to start a second time in its own folder',
    });
    expect(await tinyJobRuns(caller, JOB)).to.equal(allocationId);
    expect(readTaskFile(stack, allocationId, 'secrets/key')).to.equal('1:first-key');
  });

  it('says at once that a sealed Vault’s key is gone, and starts again with the key', async () => {
    await downStack(stateDir);
    const key = stack.secretFile('vault-unseal.key');
    renameSync(key, `${key}.away`);
    const refusal = await upPrivate(stateDir).then(
      () => 'started',
      (error: unknown) => String(error),
    );
    renameSync(`${key}.away`, key);
    expect(refusal).to.include(`Vault is sealed and ${key} is gone; put the file back`);
    expect(findMarked(stack.stackId)).to.deep.equal([]);
    await upPrivate(stateDir);
  }).timeout(BEFORE_VAULT_IS_GIVEN_UP_MS);

  it('starts once when two ask at the same time', async () => {
    await downStack(stateDir);
    const both = await Promise.all([upPrivate(stateDir), upPrivate(stateDir)]);
    expect(both.map(({ wasRunning }) => wasRunning).sort()).to.deep.equal([false, true]);
  });

  it('moves a port that a stranger took, and refuses to move one that others remember', async () => {
    await downStack(stateDir);
    const stranger = createServer().listen(stack.ports.edge, '127.0.0.1');
    await once(stranger, 'listening');
    const refusal = await upPrivate(stateDir).then(
      () => 'started',
      (error: unknown) => String(error),
    );
    stranger.close();
    await once(stranger, 'close');
    expect(refusal).to.include(
      `Port ${stack.ports.edge} (edge) is taken by node (pid ${process.pid})`,
    );
    expect(findMarked(stack.stackId)).to.deep.equal([]);

    const other = createServer().listen(stack.ports.vault, '127.0.0.1');
    await once(other, 'listening');
    const notes: string[] = [];
    const moved = await upPrivate(stateDir, {
      progress: (event) => {
        if (event.kind === 'note') notes.push(event.text);
      },
    });
    other.close();
    expect(moved.ports.vault).to.not.equal(stack.ports.vault);
    expect(moved.ports.edge).to.equal(stack.ports.edge);
    expect(notes.join()).to.include('(vault)');
    expect(await tinyJobRuns(caller, JOB)).to.equal(allocationId);
  });

  function running(name: string): MarkedProcess[] {
    return findMarked(stack.stackId).filter(({ child }) => child === name);
  }

  function kill(name: string): number {
    const [found] = running(name);
    if (found === undefined) throw new Error(`${name} does not run`);
    process.kill(found.pid, 'SIGKILL');
    return found.pid;
  }

  function childStatus(name: string): ReturnType<typeof findChild> {
    return findChild(stateDir, name);
  }

  async function killAndAwait(name: string, isBack: () => Promise<boolean>): Promise<void> {
    const killed = findChild(stateDir, name)?.process;
    if (killed === null || killed === undefined) throw new Error(`${name} does not run`);
    process.kill(killed.pid, 'SIGKILL');
    await waitFor(
      async () => {
        const now = findChild(stateDir, name);
        const isNew = now?.process?.pid !== undefined && now.process.pid !== killed.pid;
        return isNew && now.isHealthy && (await isBack());
      },
      { withinMs: 30_000, describe: `${name} to come back` },
    );
  }
});

describe('a start that is stopped', function () {
  this.timeout(60_000);

  for (const step of ['consul', 'nomad'] as const) {
    it(`leaves nothing running when it is interrupted while ${step} starts`, async () => {
      const stateDir = shortStateDir();
      const interrupt = new AbortController();
      try {
        const outcome = await upPrivate(stateDir, {
          signal: interrupt.signal,
          progress: (event) => {
            if (event.kind === 'began' && event.step === step) interrupt.abort();
          },
        }).then(
          () => 'started',
          (error: unknown) => String(error),
        );
        expect(outcome).to.include('nothing is left running');
        const stackId = readStackId(stackLayout(ROOT, stateDir)) ?? '';
        expect(findMarked(stackId)).to.deep.equal([]);
        expect(lockHolder(stackLayout(ROOT, stateDir).lock)).to.equal(null);
      } finally {
        await purgePrivate(stateDir);
      }
    });
  }

  /** Each leaves something else behind: no data yet, half a bootstrap, an agent without its client. */
  const CUT_OFF_AT = ['postgres', 'vault-policies', 'nomad-acl', 'nomad-client', 'trust'] as const;

  for (const step of CUT_OFF_AT) {
    it(`is taken up again when its supervisor was killed at the step ${step}`, async () => {
      const stateDir = shortStateDir();
      const layout = stackLayout(ROOT, stateDir);
      let killed: ProcessProof | null = null;
      try {
        const outcome = await upPrivate(stateDir, {
          progress: (event) => {
            if (event.kind !== 'began' || event.step !== step) return;
            killed = supervisorOf(stateDir);
            process.kill(killed.pid, 'SIGKILL');
          },
        }).then(
          () => 'started',
          (error: unknown) => String(error),
        );
        expect(killed).to.not.equal(null);
        expect(outcome).to.include('The supervisor ended before the stack was up');

        const again = await upPrivate(stateDir);
        expect(again.wasRunning).to.equal(false);
        const children = stackStatus(stateDir)?.children ?? [];
        expect(children.filter(({ isHealthy }) => !isHealthy)).to.deep.equal([]);
        const marked = findMarked(readStackId(layout) ?? '').map(({ pid }) => pid);
        const others = marked.filter((pid) => !children.some((one) => one.process?.pid === pid));
        const roots = children.map((one) => one.process?.pid);
        expect(roots.filter((pid) => pid !== undefined && marked.includes(pid))).to.have.length(
          children.length,
        );
        // What is left beside the children are their own processes, such as PostgreSQL's.
        for (const pid of others) {
          expect(descendantsOf(children.flatMap((one) => one.process ?? []))).to.satisfy(
            (found: readonly ProcessProof[]) => found.some((one) => one.pid === pid),
          );
        }
        const caller = new StackCaller(again);
        await runTinyJob(caller, JOB, 'key-after-the-cut');
        expect(await tinyJobRuns(caller, JOB)).to.be.a('string');
      } finally {
        await purgePrivate(stateDir);
      }
    }).timeout(150_000);
  }

  it('refuses a state folder of another version in one sentence', async () => {
    const stateDir = shortStateDir();
    writeFileSync(`${stateDir}/stack.json`, '{"layoutVersion": 99, "id": "x"}');
    const outcome = await upPrivate(stateDir).then(
      () => 'started',
      (error: unknown) => String(error),
    );
    expect(outcome).to.include('another version');
    expect(existsSync(`${stateDir}/data`)).to.equal(false);
    expect(readFileSync(`${stateDir}/stack.json`, 'utf8')).to.include('99');
    rmSync(stateDir, { recursive: true });
  });

  it('refuses a path too long for Unix sockets', async () => {
    const outcome = await upPrivate(`/tmp/${'x'.repeat(110)}`).then(
      () => 'started',
      (error: unknown) => String(error),
    );
    expect(outcome).to.include('too long');
  });
});

function findChild(stateDir: string, name: string) {
  return stackStatus(stateDir)?.children.find((child) => child.name === name);
}

function supervisorOf(stateDir: string): ProcessProof {
  const holder = lockHolder(stackLayout(ROOT, stateDir).lock);
  if (holder === null) throw new Error('no supervisor runs');
  return holder;
}

/** The shell of the tiny job: the first marked process that is neither a child nor a helper. */
function taskOf(stack: StackInfo): Pick<MarkedProcess, 'pid' | 'startTicks'> {
  const tasks = findMarked(stack.stackId).filter(
    (each) => each.child === null && !each.isNomadHelper,
  );
  const helpers = findMarked(stack.stackId).filter((each) => each.isNomadHelper);
  const main = tasks.find((each) => helpers.some(({ pid }) => pid === each.parentPid));
  if (main === undefined) throw new Error('no task runs');
  return { pid: main.pid, startTicks: main.startTicks };
}
