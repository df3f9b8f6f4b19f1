import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { TestDatabase } from '../support/database.js';
import { startTestDatabase } from '../support/database.js';
import { requireServer } from '../support/servers.js';
import type { TestRedis } from '../support/test-redis.js';
import { startTestRedis } from '../support/test-redis.js';
import type { AppRoleCredentials, TestVault } from '../support/test-vault.js';
import { startTestVault } from '../support/test-vault.js';
import { waitFor } from '../support/wait-for.js';
import { WebhookReceiver, verified } from '../support/webhook-receiver.js';
import { WebhookWorld, webhookSecretsFor } from '../support/webhook-world.js';

const SCRIPT = join(dirname(fileURLToPath(import.meta.url)), 'support/webhook-worker.ts');
const EVENTS = 12;

/** The lease of whoever was killed has run out: what a minute does by itself. */
const LEASES_END = `
  UPDATE webhook_deliveries SET next_attempt_at = now(), leased_until = now()
  WHERE leased_until IS NOT NULL`;

/** Worker processes that are killed, with PostgreSQL, Redis and Vault real. */
describe('workers that deliver webhooks', function () {
  this.timeout(120_000);

  let database: TestDatabase;
  let redis: TestRedis;
  let vault: TestVault;
  let role: AppRoleCredentials;
  let receiver: WebhookReceiver;
  let world: WebhookWorld;
  let children: ChildProcess[];

  before(async function () {
    requireServer('vault', this);
    database = await startTestDatabase();
    redis = await startTestRedis();
    vault = await startTestVault();
    role = await vault.appRoleFor(['clawdeploy-worker']);
  });

  after(async () => {
    await vault?.stop();
    await redis?.stop();
    await database?.stop();
  });

  beforeEach(async () => {
    children = [];
    receiver = await WebhookReceiver.start();
    await redis.flush();
    world = new WebhookWorld({
      store: await database.emptyStore(),
      writes: webhookSecretsFor(vault, await vault.appRoleFor(['clawdeploy-api'])),
      reads: webhookSecretsFor(vault, role),
    });
  });

  afterEach(async () => {
    await Promise.all(children.map(kill));
    await receiver?.stop();
  });

  function startWorker(): ChildProcess {
    const plan = {
      ...{ databaseUrl: database.url(), redisUrl: redis.url },
      ...{ vaultAddress: vault.address, appRole: role },
    };
    const child = spawn(process.execPath, ['--import', 'tsx', SCRIPT, JSON.stringify(plan)], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    children.push(child);
    return child;
  }

  async function kill(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  const untilReceived = (count: number) =>
    waitFor(() => receiver.received.length >= count, {
      ...{ withinMs: 60_000, describe: `${String(count)} requests` },
    });

  it('lose no event when they are killed in the middle of deliveries', async () => {
    const { webhook, secret } = await world.create(receiver.url('/a'));
    // Nobody answers, so whoever is killed dies in the middle of an attempt.
    receiver.behaviours.set('/a', 'hang');
    for (let number = 0; number < EVENTS; number += 1) await world.tell();
    const victims = [startWorker(), startWorker()];
    await untilReceived(2);
    await Promise.all(victims.map(kill));
    const begun = receiver.received.length;

    receiver.behaviours.delete('/a');
    await database.query(LEASES_END, []);
    startWorker();
    await waitFor(
      async () => {
        const states = (await world.deliveries(webhook.id)).map(({ state }) => state);
        return states.length === EVENTS && states.every((state) => state === 'delivered');
      },
      { withinMs: 60_000, describe: 'all to be delivered' },
    );
    const late = receiver.received.slice(begun);
    const ids = new Set(late.map(({ headers }) => headers['webhook-id']));
    expect(ids.size, 'events that arrived after the kill').to.equal(EVENTS);
    for (const one of receiver.received) expect(() => verified(one, secret)).to.not.throw();
    const before = receiver.received.slice(0, begun).map(({ headers }) => headers['webhook-id']);
    expect([...ids], 'the same ids as before').to.include.members(before);
  });

  it('go on after Redis was emptied, and are told by nothing but the database what to do', async () => {
    const { webhook } = await world.create(receiver.url('/a'));
    startWorker();
    await world.tell();
    await untilReceived(1);
    await redis.flush();
    await world.tell();
    await untilReceived(2);
    expect(await world.deliveries(webhook.id)).to.have.length(2);
  });
});
