import { expect } from 'chai';
import type { WebhookId } from '../../src/domain/ids.js';
import { plusMs } from '../../src/lib/clock.js';
import { DELIVERIES_KEPT_MS, clearWebhooks } from '../../src/queue/webhooks/clear-webhooks.js';
import type { TestDatabase } from '../support/database.js';
import { startTestDatabase } from '../support/database.js';
import { expectFault } from '../support/expect-fault.js';
import { FakeWebhookSecrets } from '../support/fakes/fake-webhook-secrets.js';
import { WebhookReceiver, verified } from '../support/webhook-receiver.js';
import { WebhookWorld } from '../support/webhook-world.js';

const DAY_MS = 24 * 3_600_000;

const { signal } = new AbortController();

/** The real commands, courier and sender on PostgreSQL; only Vault is in memory, and the clock a test's. */
describe('webhooks, later on,', function () {
  this.timeout(60_000);

  let database: TestDatabase;
  let receiver: WebhookReceiver;
  let secrets: FakeWebhookSecrets;
  let world: WebhookWorld;

  before(async () => {
    database = await startTestDatabase();
  });

  after(async () => {
    await database?.stop();
  });

  beforeEach(async () => {
    receiver = await WebhookReceiver.start();
    secrets = new FakeWebhookSecrets();
    const store = await database.emptyStore();
    world = new WebhookWorld({ store, writes: secrets, reads: secrets });
  });

  afterEach(async () => {
    await receiver?.stop();
  });

  async function aWebhook(path = '/a'): Promise<{ id: WebhookId; secret: string }> {
    const { webhook, secret } = await world.create(receiver.url(path));
    return { id: webhook.id, secret };
  }

  describe('can be told again', () => {
    it('of one event, with the same id and body', async () => {
      const { id } = await aWebhook();
      await world.tell();
      await world.deliver();
      const { id: delivery } = await world.delivery(id);
      await world.replay.one({ caller: world.operator, webhookId: id, id: delivery });
      await world.deliver();
      const [first, second] = receiver.received;
      expect(second?.body).to.equal(first?.body);
      expect(second?.headers['webhook-id']).to.equal(first?.headers['webhook-id']);
      expect(await audited()).to.include('operator:tester webhook.replay');
    });

    it('of all that failed since a time, and of nothing else', async () => {
      const { id } = await aWebhook();
      receiver.behaviours.set('/a', { status: 500 });
      await world.tell();
      await world.deliver();
      await world.exhaust();
      const since = plusMs(world.now, 1);
      world.now = since;
      for (let number = 0; number < 3; number += 1) await world.tell();
      await world.deliver();
      await world.exhaust();
      receiver.behaviours.delete('/a');
      const before = receiver.received.length;
      const wish = { caller: world.operator, webhookId: id, since, cursor: null };
      const replayed = await world.replay.since({ ...wish, states: ['failed'] });
      expect(replayed).to.deep.equal({ count: 3, nextCursor: null });
      await world.deliver();
      expect(receiver.received).to.have.length(before + 3);
      const states = (await world.deliveries(id)).map(({ state }) => state);
      expect(states.sort()).to.deep.equal(['delivered', 'delivered', 'delivered', 'failed']);
    });

    it('a page at a time, each of them once', async () => {
      const { id } = await aWebhook();
      for (let number = 0; number < 5; number += 1) await world.tell();
      await world.deliver();
      const counts: number[] = [];
      let cursor: string | null = null;
      do {
        const wish = { webhookId: id, since: new Date(0), states: ['delivered'] as const };
        const page = { limit: 2, cursor };
        const replayed = await world.store.deliveries.replaySince({ ...wish, page }, world.now);
        counts.push(replayed.count);
        cursor = replayed.nextCursor;
      } while (cursor !== null);
      expect(counts).to.deep.equal([2, 2, 1]);
    });

    it('not while they are disabled', async () => {
      const { id } = await aWebhook();
      const { id: delivery } = await world.test(id);
      await world.update(id, { isEnabled: false });
      const one = { caller: world.operator, webhookId: id, id: delivery };
      await expectFault('webhook_disabled', world.replay.one(one));
      await expectFault('webhook_disabled', world.test(id));
    });
  });

  describe('sign', () => {
    it('with the old and the new secret until the overlap is over', async () => {
      const { id, secret: old } = await aWebhook();
      const { secret: fresh } = await world.renewSecret(id, 60_000);
      await world.test(id);
      await world.deliver();
      const [both] = receiver.received;
      for (const secret of [old, fresh]) {
        expect(() => verified(both ?? expect.fail(), secret)).to.not.throw();
      }
      world.now = plusMs(world.now, 61_000);
      await world.test(id);
      await world.deliver();
      const later = receiver.received[1] ?? expect.fail();
      expect(() => verified(later, fresh)).to.not.throw();
      expect(() => verified(later, old)).to.throw();
    });

    it('with the new one alone after a leak', async () => {
      const { id, secret: old } = await aWebhook();
      const { secret: fresh } = await world.renewSecret(id, 0);
      await world.test(id);
      await world.deliver();
      const [request = expect.fail()] = receiver.received;
      expect(() => verified(request, fresh)).to.not.throw();
      expect(() => verified(request, old)).to.throw();
    });
  });

  describe('are cleared away', () => {
    it('with their secret and their deliveries, some minutes after they were deleted', async () => {
      const { id } = await aWebhook();
      const { id: other } = await aWebhook('/b');
      await world.test(id);
      await world.change.remove({ caller: world.operator, id });
      await expectFault('webhook_unknown', world.find.execute(world.operator, id));
      await world.deliver();
      expect(receiver.received).to.deep.equal([]);

      await clearWebhooks(world.ports(), signal);
      expect(secrets.kept, 'its secret may still be being written').to.include(id);
      world.now = plusMs(world.now, 11 * 60_000);
      await clearWebhooks(world.ports(), signal);
      expect(secrets.kept).to.deep.equal([other]);
      const rows = await database.query('SELECT id FROM webhook_deliveries', []);
      expect(rows).to.deep.equal([]);
    });

    it('when their secret was never written, as after a crash or with Vault away', async () => {
      secrets.trouble.failNext('write');
      await expectFault('vault_unreachable', world.create(receiver.url('/a')));
      secrets.trouble.loseNextAnswer('write');
      await expectFault('vault_unreachable', world.create(receiver.url('/b')));
      expect(secrets.kept).to.have.length(1);
      world.now = plusMs(world.now, 11 * 60_000);
      await clearWebhooks(world.ports(), signal);
      expect(secrets.kept).to.deep.equal([]);
      expect(await database.query('SELECT id FROM webhooks', [])).to.deep.equal([]);
    });

    it('not before Vault has destroyed their secret', async () => {
      const { id } = await aWebhook();
      await world.change.remove({ caller: world.operator, id });
      world.now = plusMs(world.now, 11 * 60_000);
      secrets.trouble.failNext('destroy');
      await expectFault('vault_unreachable', clearWebhooks(world.ports(), signal));
      await clearWebhooks(world.ports(), signal);
      expect(secrets.kept).to.deep.equal([]);
    });

    it('of deliveries that are old, and events that were told', async () => {
      const { id } = await aWebhook();
      await world.tell();
      await world.deliver();
      world.now = plusMs(world.now, DELIVERIES_KEPT_MS + 1);
      await world.tell();
      await clearWebhooks(world.ports(), signal);
      expect(await world.deliveries(id)).to.deep.equal([]);
      const later = plusMs(world.now, DAY_MS);
      expect(await world.store.outbox.deleteBefore(later, 10), 'the told one').to.equal(1);
    });
  });

  async function audited(): Promise<readonly string[]> {
    const rows = await database.query('SELECT actor, action FROM audit ORDER BY id', []);
    return (rows as { actor: string; action: string }[]).map((row) => `${row.actor} ${row.action}`);
  }
});
