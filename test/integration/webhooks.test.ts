import { expect } from 'chai';
import type { InstanceId, WebhookId } from '../../src/domain/ids.js';
import { FAILING_LIMIT_MS, RETRY_DELAYS_MS } from '../../src/domain/webhooks/plan-retry.js';
import { plusMs } from '../../src/lib/clock.js';
import { tellWebhooks } from '../../src/queue/webhooks/tell-webhooks.js';
import { aClaimId, aPoolKey, aTenantId, anInstanceId } from '../support/builders.js';
import type { TestDatabase } from '../support/database.js';
import { startTestDatabase } from '../support/database.js';
import { expectFault } from '../support/expect-fault.js';
import { FakeWebhookSecrets } from '../support/fakes/fake-webhook-secrets.js';
import { WebhookReceiver, verified } from '../support/webhook-receiver.js';
import { WITH_JITTER, WebhookWorld } from '../support/webhook-world.js';

const DAY_MS = 24 * 3_600_000;

/** The real commands, courier and sender on PostgreSQL; only Vault is in memory, and the clock a test's. */
describe('webhooks', function () {
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

  describe('are told', () => {
    it('of an event once, signed, as Standard Webhooks says', async () => {
      const { id, secret } = await aWebhook();
      await world.tell();
      await world.deliver();
      await world.deliver();

      const [request, ...more] = receiver.received;
      expect(more).to.deep.equal([]);
      expect(verified(request ?? expect.fail('nothing came'), secret)).to.deep.equal({
        type: 'instance.failed',
        timestamp: world.now.toISOString(),
        data: { instance: 'oc-aaaaaaaaaaa2', tenant: null, name: null, code: 'found_dead' },
      });
      expect(request?.headers['content-type']).to.equal('application/json');
      const delivery = await world.delivery(id);
      expect(delivery).to.include({ state: 'delivered', attempts: 1, lastStatus: 204 });
      expect(request?.headers['webhook-id']).to.equal(delivery.eventId);
    });

    it('of the types that they named alone, and all of the same event id', async () => {
      const { webhook } = await world.create(receiver.url('/few'), {
        eventTypes: ['instance.ready'],
      });
      await aWebhook('/all');
      await aWebhook('/all-too');
      await world.tell();
      await world.tell({ topic: 'instance.ready', payload: { revision: 1 } });
      await world.deliver();

      expect((await world.deliveries(webhook.id)).map(({ type }) => type)).to.deep.equal([
        'instance.ready',
      ]);
      const ids = (path: string) => receiver.at(path).map(({ headers }) => headers['webhook-id']);
      expect(ids('/all')).to.have.members(ids('/all-too')).and.have.length(2);
    });

    it('of nothing that happened before they were there, or while they were disabled', async () => {
      await world.tell({ at: plusMs(world.now, -1) });
      const { id } = await aWebhook();
      await world.update(id, { isEnabled: false });
      await world.tell();
      await world.deliver();
      await world.update(id, { isEnabled: true });
      await world.deliver();
      expect(receiver.received).to.deep.equal([]);
    });

    it('products of tenants’ instances alone, operators of everything', async () => {
      const [owned, stock] = [anInstanceId(), anInstanceId()];
      await plant(owned, 'ada');
      await plant(stock, null);
      await world.create(receiver.url('/product'), {}, world.product);
      await world.create(receiver.url('/operator'));
      const campaign = { kind: 'renew', keyName: 'openai' };
      await world.tell({ topic: 'instance.deleted', key: owned, payload: {} });
      await world.tell({ topic: 'instance.deleted', key: stock, payload: {} });
      await world.tell({ topic: 'key_campaign.done', key: 'kc-aaaaaaaaaaa2', payload: campaign });
      await world.deliver();

      expect(receiver.at('/operator')).to.have.length(3);
      expect(receiver.at('/product').map(({ body }) => JSON.parse(body).data)).to.deep.equal([
        { instance: owned, tenant: 'ada', name: 'default' },
      ]);
    });

    it('once by many workers at once, and each webhook of so many things at a time', async () => {
      await aWebhook('/slow');
      receiver.slowness.set('/slow', 30);
      for (let number = 0; number < 24; number += 1) await world.tell();
      await Promise.all([world.deliver(), world.deliver(), world.deliver()]);

      const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
      expect(new Set(ids).size).to.equal(24);
      expect(ids).to.have.length(24);
      expect(receiver.atOnce.get('/slow')?.most).to.be.at.most(4);
    });

    it('of a single event while another one’s backlog hangs', async () => {
      await aWebhook('/hangs');
      receiver.behaviours.set('/hangs', 'hang');
      for (let number = 0; number < 12; number += 1) await world.tell();
      await tellWebhooks(world.ports());
      await aWebhook('/quick');
      world.now = plusMs(world.now, 1_000);
      await world.tell();
      await world.deliver();
      const place = receiver.received.findIndex(({ path }) => path === '/quick');
      expect(place, 'how many came before it').to.be.within(0, 8);
    });
  });

  describe('that fail', () => {
    const troubles = {
      'answer 500': [{ status: 500 }, 500, null],
      'redirect, which is not followed': [
        { status: 307, headers: { location: '/elsewhere' } },
        307,
        null,
      ],
      hang: ['hang', null, 'timeout'],
      'die before they answer': ['cut', null, 'cut_off'],
      'die in the middle of an answer': ['cut_in_body', 500, null],
    } as const;

    for (const [what, [behaviour, status, failure]] of Object.entries(troubles)) {
      it(`are told again later: those that ${what}`, async () => {
        const { id, secret } = await aWebhook();
        receiver.behaviours.set('/a', behaviour);
        await world.tell();
        await world.deliver();
        const failed = await world.delivery(id);
        expect(failed).to.include({ state: 'pending', attempts: 1, lastStatus: status });
        expect(failed.lastFailure).to.equal(failure);
        expect(receiver.at('/elsewhere')).to.deep.equal([]);

        receiver.behaviours.delete('/a');
        await world.deliverAfter(RETRY_DELAYS_MS[0] * WITH_JITTER);
        expect(await world.delivery(id)).to.include({ state: 'delivered', attempts: 2 });
        const [first, second] = receiver.at('/a');
        expect(second?.body).to.equal(first?.body);
        expect(second?.headers['webhook-id']).to.equal(first?.headers['webhook-id']);
        expect(() => verified(second ?? expect.fail(), secret)).to.not.throw();
      });
    }

    it('with an answer that does not end are cut short and done', async () => {
      const { id } = await aWebhook();
      receiver.behaviours.set('/a', 'endless_body');
      await world.tell();
      await world.deliver();
      expect(await world.delivery(id)).to.include({ state: 'delivered', lastStatus: 200 });
    });

    it('are given up after a day, and disabled after days of that, which is said', async () => {
      const { id } = await aWebhook();
      receiver.behaviours.set('/a', { status: 503 });
      await world.create(receiver.url('/other'));
      await world.tell();
      await world.deliver();
      await world.exhaust();
      const givenUp = (await world.deliveries(id))[0];
      expect(givenUp).to.include({ state: 'failed', attempts: RETRY_DELAYS_MS.length + 1 });
      expect(givenUp?.nextAttemptAt).to.equal(null);
      expect(world.disabled).to.deep.equal([]);

      world.now = plusMs(world.now, FAILING_LIMIT_MS);
      await world.tell();
      await world.deliver();
      await world.exhaust();
      expect(world.disabled).to.deep.equal(['failing']);
      const seen = await world.find.execute(world.operator, id);
      expect(seen).to.include({ disabledReason: 'failing' });
      await world.deliver();
      const told = receiver.at('/other').map(({ body }) => JSON.parse(body));
      expect(told.at(-1)).to.deep.include({
        type: 'webhook.disabled',
        data: { webhook: id, audience: 'operator', reason: 'failing' },
      });
      expect(await audited()).to.include('worker webhook.disable');
    });

    it('are disabled at once when they say that they are gone', async () => {
      const { id } = await aWebhook();
      receiver.behaviours.set('/a', { status: 410 });
      await world.tell();
      await world.tell();
      await world.deliver();
      expect((await world.find.execute(world.operator, id)).disabledReason).to.equal('gone');
      expect(world.disabled).to.deep.equal(['gone']);
      const before = receiver.received.length;
      await world.deliverAfter(DAY_MS);
      expect(receiver.received).to.have.length(before);
    });

    it('with Vault away are told once it is back, and it counts for no attempt', async () => {
      const { id } = await aWebhook();
      secrets.trouble.breakDown('vault_sealed');
      await world.tell();
      await world.deliver();
      expect(world.outcomes).to.deep.equal(['put_back']);
      expect(await world.delivery(id)).to.include({ state: 'pending', attempts: 0 });
      secrets.trouble.recover();
      await world.deliverAfter(30_000);
      expect(await world.delivery(id)).to.include({ state: 'delivered', attempts: 1 });
    });

    it('are told again when their worker died before it wrote down the answer', async () => {
      const { id } = await aWebhook();
      await world.tell();
      await tellWebhooks(world.ports());
      const taking = { leaseMs: 60_000, perWebhookMax: 4, limit: 10 };
      await world.store.deliveries.take({ now: world.now, ...taking });
      await world.deliverAfter(59_000);
      expect(receiver.received, 'while it is another worker’s').to.deep.equal([]);
      await world.deliverAfter(2_000);
      expect(await world.delivery(id)).to.include({ state: 'delivered', attempts: 2 });
    });

    it('keep what a later attempt found, whatever an earlier one comes to say', async () => {
      const { id } = await aWebhook();
      await world.tell();
      await tellWebhooks(world.ports());
      const taking = { leaseMs: 1_000, perWebhookMax: 4, limit: 10 };
      const [late] = await world.store.deliveries.take({ now: world.now, ...taking });
      await world.deliverAfter(2_000);
      const step = { state: 'failed', nextAttemptAt: null, status: 500, failure: null } as const;
      const seen = late?.delivery ?? expect.fail('nothing was taken');
      expect(await world.store.deliveries.finish(seen, step)).to.equal(false);
      expect((await world.delivery(id)).state).to.equal('delivered');
    });
  });

  it('of a product are unknown to tenants’ callers, and those of an operator to products', async () => {
    const { id } = await aWebhook();
    await expectFault('webhook_unknown', world.find.execute(world.product, id));
    const mine = await world.create(receiver.url('/b'), {}, world.product);
    const page = { limit: 10, cursor: null };
    const seen = await world.find.list(world.product, page);
    expect(seen.rows.map((one) => one.id)).to.deep.equal([mine.webhook.id]);
    expect((await world.find.list(world.operator, page)).rows).to.have.length(2);
  });

  it('write down who made, changed and deleted them, and nothing that may be secret', async () => {
    const { webhook } = await world.create(`${receiver.url('/hook')}?token=in-its-address`);
    await world.update(webhook.id, { description: 'a-secret-in-the-wrong-place' });
    await world.change.remove({ caller: world.operator, id: webhook.id });
    const lines = await audited();
    expect(lines).to.have.members([
      'operator:tester webhook.create',
      'operator:tester webhook.change',
      'operator:tester webhook.delete',
    ]);
    const rows = JSON.stringify(await database.query('SELECT * FROM audit', []));
    expect(rows).to.not.match(/in-its-address|in-the-wrong-place/);
  });

  /** An instance, of a tenant or of the stock. */
  async function plant(id: InstanceId, externalRef: string | null): Promise<void> {
    const { pools, tenants, instances } = world.store;
    const at = world.now;
    const bounds = { idleFloor: 0, idleCeiling: 0, membersMax: 5 };
    const pool = await pools.ensure(aPoolKey(), bounds, at);
    if (externalRef === null) {
      await instances.insert({ id, pool, at });
      return;
    }
    const { id: tenantId } = await tenants.ensure({ id: aTenantId(), externalRef }, at);
    const claimId = aClaimId();
    await instances.insert({ id, pool, at, owner: { tenantId, claimId, name: 'default' } });
  }

  async function audited(): Promise<readonly string[]> {
    const rows = await database.query('SELECT actor, action FROM audit ORDER BY id', []);
    return (rows as { actor: string; action: string }[]).map((row) => `${row.actor} ${row.action}`);
  }
});
