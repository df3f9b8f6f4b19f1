import { expect } from 'chai';
import { EVENTS } from '../../src/api/webhook-event-schemas.js';
import { DeleteInstance } from '../../src/commands/delete-instance.js';
import type { EventType } from '../../src/domain/webhooks/event-types.js';
import type { PublicEvent } from '../../src/domain/webhooks/fan-out.js';
import { publicEventOf } from '../../src/domain/webhooks/fan-out.js';
import { aCaller } from '../support/builders.js';
import { CampaignWorld } from '../support/campaign-world.js';
import type { TestDatabase } from '../support/database.js';
import { startTestDatabase } from '../support/database.js';

/** What whole lives leave in the outbox, held against what the document says of it. */
describe('events', function () {
  this.timeout(120_000);

  let database: TestDatabase;
  let world: CampaignWorld;

  before(async () => {
    database = await startTestDatabase();
  });

  after(async () => {
    await database?.stop();
  });

  beforeEach(async () => {
    world = new CampaignWorld(await database.emptyStore());
  });

  async function told(): Promise<readonly PublicEvent[]> {
    return (await world.store.outbox.takeUntold(500)).map(
      (event) => publicEventOf(event) ?? expect.fail(`nobody knows of ${event.topic}`),
    );
  }

  it('say of a life with a rotation and a campaign what they are documented to say', async () => {
    await world.grow(2);
    await world.grow(1, 'tenant');
    const { campaign } = await world.start();
    await world.runUntilSettled(campaign.id);
    const renewal = await world.start({ kind: 'renew', keyName: 'stub' });
    await world.round();
    await world.change(renewal.campaign.id, 'abort');
    await world.start({
      ...{ kind: 'replace', keyName: 'stub', value: 'refused-stub-key', failureBudget: 0 },
    });
    for (let rounds = 0; rounds < 60; rounds += 1) await world.round();
    const [instanceId = expect.fail('there is none')] = world.ids;
    await new DeleteInstance(world.store, world.clock).execute({
      ...{ caller: aCaller(), instanceId },
    });
    for (let rounds = 0; rounds < 10; rounds += 1) await world.round();

    const events = await told();
    for (const { type, data } of events) {
      const checked = EVENTS[type].data.strict().safeParse(data);
      expect(checked.error?.issues ?? [], `${type} ${JSON.stringify(data)}`).to.deep.equal([]);
    }
    const seen = new Set<EventType>(events.map(({ type }) => type));
    expect([...seen]).to.include.members([
      ...['instance.claimed', 'instance.ready', 'instance.rotated', 'key_campaign.done'],
      ...['instance.rotation_reverted', 'key_campaign.halted'],
      ...['instance.key_renewal_due', 'key_campaign.aborted'],
      ...['instance.deleting', 'instance.deleted'],
    ]);
  });

  it('hold no value of a key', async () => {
    await world.grow(1);
    await world.start();
    for (let rounds = 0; rounds < 20; rounds += 1) await world.round();
    expect(JSON.stringify(await told())).to.not.match(/an-old-stub-key|a-new-stub-key/);
  });
});
