import { expect } from 'chai';
import { ChangeConfig } from '../../src/commands/change-config.js';
import { ChangeKeys } from '../../src/commands/change-keys.js';
import { DeleteInstance } from '../../src/commands/delete-instance.js';
import { FindConfig } from '../../src/commands/find-config.js';
import { RestartInstance } from '../../src/commands/restart-instance.js';
import type { ConfigChangeState } from '../../src/domain/config/config-change.js';
import { APPLY_LIMIT_MS } from '../../src/domain/config/config-change.js';
import type { JsonObject } from '../../src/domain/config/json.js';
import type { InstanceId } from '../../src/domain/ids.js';
import type { FaultCode } from '../../src/errors/index.js';
import { plusMs } from '../../src/lib/clock.js';
import type { Store } from '../../src/ports/index.js';
import { NOON, aCaller, aPoolKey } from '../support/builders.js';
import { claimsOn } from '../support/claim-command.js';
import type { TestDatabase } from '../support/database.js';
import { startTestDatabase } from '../support/database.js';
import { expectFault } from '../support/expect-fault.js';
import { FakeFleet, REFUSED_CONFIG } from '../support/fakes/fake-fleet.js';
import { openClawSchemas } from '../support/openclaw-schemas.js';
import { TestControlPlane } from '../support/test-control-plane.js';

const THINK = { agents: { defaults: { thinkingDefault: 'low' } } };
const REFUSED = { messages: { responsePrefix: REFUSED_CONFIG } };

/** Whole changes: the real commands and reconcilers on PostgreSQL, the outside in memory. */
describe('changes of a tenant’s configuration', function () {
  this.timeout(60_000);

  const { signal } = new AbortController();
  let database: TestDatabase;
  let store: Store;
  let fleet: FakeFleet;
  let plane: TestControlPlane;
  let now: Date;
  let id: InstanceId;

  const clock = { now: () => now };

  before(async () => {
    database = await startTestDatabase();
  });

  after(async () => {
    await database?.stop();
  });

  beforeEach(async () => {
    store = await database.emptyStore();
    now = NOON;
    fleet = new FakeFleet();
    plane = new TestControlPlane(store, fleet, clock);
    await store.pools.ensure(aPoolKey(), { idleFloor: 1, idleCeiling: 1, membersMax: 5 }, now);
    id = (await claimsOn(store).claim('alice', 'a-key')).id;
    await plane.runUntil('it is ready', async () => {
      return (await store.instances.find(id))?.state === 'ready';
    });
  });

  function patch(change: JsonObject, isDryRun = false) {
    const command = new ChangeConfig(store, openClawSchemas, clock);
    return command.execute({ caller: aCaller(), instanceId: id, patch: change, isDryRun });
  }

  async function patchUntil(state: ConfigChangeState, change: JsonObject): Promise<void> {
    const { change: opened } = await patch(change);
    await plane.runUntil(`the change is ${state}`, async () => {
      if (state === 'reverted') now = plusMs(now, APPLY_LIMIT_MS / 4);
      return opened !== null && (await store.configs.find(opened.id))?.state === state;
    });
  }

  function told(): JsonObject {
    const { config } = fleet.announcements.published(id) ?? expect.fail('nothing is announced');
    return JSON.parse(config) as JsonObject;
  }

  async function own(): Promise<JsonObject> {
    const found = await new FindConfig(store, { subscribe: () => () => undefined }).execute({
      ...{ caller: aCaller(), instanceId: id },
    });
    return found.config;
  }

  const topics = async (): Promise<readonly string[]> =>
    ((await database.query('SELECT topic FROM outbox ORDER BY id', [])) as { topic: string }[]).map(
      ({ topic }) => topic,
    );

  it('reach the gateway in the same allocation, beside what the platform fixes', async () => {
    const before = await store.instances.find(id);
    await patchUntil('applied', THINK);

    const after = await store.instances.find(id);
    expect(after).to.include({ allocationId: before?.allocationId, state: 'ready' });
    expect(after?.revisionApplied).to.equal(after?.revision);
    expect(told()).to.have.nested.property('agents.defaults.thinkingDefault', 'low');
    expect(told()).to.have.nested.property('agents.defaults.heartbeat.every', '0m');
    expect(told()).to.have.nested.property('gateway.http.securityHeaders');
    expect(await topics()).to.include('instance.config_applied');
  });

  it('are put back when the gateway does not take them, and it is told of the last good one', async () => {
    await patchUntil('applied', THINK);
    await patchUntil('reverted', REFUSED);
    await plane.runUntil('the gateway has followed', async () => {
      const seen = await store.instances.find(id);
      return seen?.revisionApplied === seen?.revision;
    });

    expect(await own()).to.deep.equal(THINK);
    expect(JSON.stringify(told())).to.not.include(REFUSED_CONFIG);
    const [last] = await store.configs.list(id, 5);
    expect(last).to.include({ state: 'reverted', reason: 'not_taken', number: 2 });
    expect(await topics()).to.include('instance.config_put_back');
  });

  it('are put back as well where the gateway ended and cannot start with them', async () => {
    const { change } = await patch(REFUSED);
    await plane.round();
    fleet.holdStart(id);
    await plane.runUntil('it is put back', async () => {
      now = plusMs(now, APPLY_LIMIT_MS / 4);
      return change !== null && (await store.configs.find(change.id))?.state === 'reverted';
    });
    await plane.round();

    expect(JSON.stringify(told())).to.not.include(REFUSED_CONFIG);
  });

  it('survive keys that come and go', async () => {
    await patchUntil('applied', THINK);
    const keys = new ChangeKeys(store, fleet.secrets, clock);
    await keys.execute({
      ...{ caller: aCaller(), instanceId: id, set: { stub: 'a-stub-key' }, remove: [] },
      ...{ owner: 'tenant', signal },
    });
    await plane.runUntil('the key is used', async () => fleet.keyInUse(id, 'stub') !== null);

    expect(told()).to.have.nested.property('agents.defaults.thinkingDefault', 'low');
    expect(told()).to.have.nested.property('agents.defaults.model.primary');
  });

  it('say what they would do when only asked, and change nothing', async () => {
    const { diff, change } = await patch(THINK, true);

    expect(change).to.equal(null);
    expect(diff).to.deep.equal([
      { path: '/agents/defaults/thinkingDefault', change: 'added', effect: 'hot' },
    ]);
    expect(await own()).to.deep.equal({});
  });

  it('are refused where they are the platform’s, hold a secret, or OpenClaw would not start', async () => {
    const refusals: readonly (readonly [JsonObject, FaultCode, string])[] = [
      [{ gateway: { port: 1 } }, 'config_platform_owned', '/gateway'],
      [
        { models: { providers: { openai: {} } } },
        'config_platform_owned',
        '/models/providers/openai',
      ],
      [
        { mcp: { servers: { a: { env: { A_TOKEN: 'x' } } } } },
        'config_refused',
        '/mcp/servers/a/env/A_TOKEN',
      ],
      [
        { messages: { responsePrefix: 'sk-ant-api03-abcdefghijklmnop' } },
        'config_refused',
        '/messages/responsePrefix',
      ],
      [
        { agents: { defaults: { thinkingDefault: 7 } } },
        'config_refused',
        '/agents/defaults/thinkingDefault',
      ],
      [{ agents: { defaults: { nosuch: 1 } } }, 'config_refused', '/agents/defaults'],
    ];
    for (const [change, code, pointer] of refusals) {
      const fault = await expectFault(code, patch(change));
      expect(fault.parts.map((part) => part.pointer)).to.include(pointer);
      expect(JSON.stringify(fault.parts)).to.not.include('sk-ant-api03');
    }
    expect(await own()).to.deep.equal({});
  });

  it('come one at a time, and a restart waits for their end', async () => {
    await patch(THINK);
    await expectFault('config_change_in_progress', patch({ tools: { deny: ['browser'] } }));
    const restart = new RestartInstance(store, clock);
    const asked = restart.execute({ caller: aCaller(), instanceId: id });
    await expectFault('config_change_in_progress', asked);
  });

  it('are forgotten with the instance', async () => {
    await patchUntil('applied', THINK);
    await new DeleteInstance(store, clock).execute({ caller: aCaller(), instanceId: id });
    await plane.runUntil('it is gone', async () => {
      return (await store.instances.find(id))?.state === 'deleted';
    });

    expect(await store.configs.list(id, 5)).to.deep.equal([]);
  });
});
