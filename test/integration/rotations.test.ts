import { expect } from 'chai';
import { z } from 'zod';
import { ChangeKeys } from '../../src/commands/change-keys.js';
import { ClaimInstance } from '../../src/commands/claim-instance.js';
import { DeleteInstance } from '../../src/commands/delete-instance.js';
import { RotateKeys } from '../../src/commands/rotate-keys.js';
import { StartRotation } from '../../src/commands/start-rotation.js';
import type { InstanceId } from '../../src/domain/ids.js';
import type { Rotation, RotationState } from '../../src/domain/rotation.js';
import { PROOF_LIMIT_MS, WRITING_LIMIT_MS } from '../../src/domain/rotation.js';
import type { FaultCode } from '../../src/errors/index.js';
import { plusMs } from '../../src/lib/clock.js';
import type { Store } from '../../src/ports/index.js';
import { NOON, aCaller, aPoolKey, someOffers } from '../support/builders.js';
import type { TestDatabase } from '../support/database.js';
import { startTestDatabase } from '../support/database.js';
import { expectFault } from '../support/expect-fault.js';
import { FakeFleet } from '../support/fakes/fake-fleet.js';
import { TestControlPlane } from '../support/test-control-plane.js';

const OLD = 'an-old-stub-key';
const NEW = 'a-new-stub-key';
const REFUSED = 'refused-stub-key';

/** Whole rotations: the real commands and reconcilers on PostgreSQL, the outside in memory. */
describe('rotations of keys', function () {
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
    id = await claim();
    await setKeys(id, { stub: OLD });
    await plane.runUntil('it uses its key', async () => fleet.keyInUse(id, 'stub') === OLD);
    await settle();
  });

  async function claim(): Promise<InstanceId> {
    const options = { offers: someOffers(), defaultRegion: 'default', waitingMax: 5 };
    const { view } = await new ClaimInstance(store, clock, options).execute({
      caller: aCaller(),
      ...{ tenantRef: 'alice', name: 'default', sizeClass: 's', region: null },
      idempotencyKey: null,
    });
    await plane.runUntil('it is ready', async () => {
      return (await store.instances.find(view.instance.id))?.state === 'ready';
    });
    return view.instance.id;
  }

  function setKeys(instanceId: InstanceId, set: Record<string, string>) {
    const change = new ChangeKeys(store, fleet.secrets, clock);
    const owner = 'tenant';
    return change.execute({ caller: aCaller(), instanceId, set, remove: [], owner, signal });
  }

  function rotate(values: Record<string, string> = { stub: NEW }): Promise<Rotation> {
    const command = new RotateKeys(store, new StartRotation(store, fleet.secrets, clock));
    const owner = 'tenant';
    return command.execute({ caller: aCaller(), instanceId: id, values, owner, signal });
  }

  /** Rounds until nothing of the instance is under way. */
  const settle = (): Promise<void> =>
    plane.runUntil('it is settled', async () => {
      expectKeyInUse();
      const seen = await store.instances.find(id);
      const rotation = await store.rotations.findOpen(id);
      return rotation === null && seen?.revisionApplied === seen?.revision;
    });

  const untilState = (state: RotationState): Promise<void> =>
    plane.runUntil(`the rotation is ${state}`, async () => {
      return (await store.rotations.list(id, 1))[0]?.state === state;
    });

  /** What holds at any moment: the tenant's calls go out with a key that is good. */
  function expectKeyInUse(): void {
    expect(fleet.keyInUse(id, 'stub')).to.be.oneOf([OLD, NEW]);
  }

  async function last(): Promise<Rotation> {
    return (await store.rotations.list(id, 1))[0] ?? expect.fail('no rotation');
  }

  /** Every value in any version that Vault still has. */
  async function kept(): Promise<readonly string[]> {
    const instance = await store.instances.find(id);
    const versions = Array.from({ length: (instance?.keyVersion ?? 0) + 2 }, (_, at) => at + 1);
    const values = versions.flatMap((version) =>
      Object.values(fleet.secrets.keys(id, version) ?? {}),
    );
    return [...new Set(values)].sort();
  }

  async function audited(): Promise<readonly string[]> {
    const rows = await database.query('SELECT action FROM audit', []);
    return z
      .array(z.object({ action: z.string() }))
      .parse(rows)
      .map(({ action }) => action);
  }

  it('bring a new key into use after a live call with it, and destroy the old one', async () => {
    const begun = await rotate();
    expect(begun).to.include({ state: 'proving', number: 1 });
    expect(fleet.keyInUse(id, 'stub')).to.equal(OLD);
    await settle();

    expect(await last()).to.include({ id: begun.id, state: 'verified', reason: null });
    expect(fleet.keyInUse(id, 'stub')).to.equal(NEW);
    expect(await kept()).to.deep.equal([NEW]);
    const [key] = await store.keys.list(id);
    expect(key).to.include({ name: 'stub', slot: 1, isLive: true });
    expect(key?.provenAt).to.deep.equal(now);
    expect(await audited()).to.include.members(['keys.rotate', 'keys.rotated']);
  });

  it('can follow each other, and a plain change, and end with one value each', async () => {
    await rotate();
    await settle();
    await rotate({ stub: OLD });
    await settle();
    expect(await kept()).to.deep.equal([OLD]);
    await setKeys(id, { stub: NEW });
    await settle();
    expect(fleet.keyInUse(id, 'stub')).to.equal(NEW);
    await plane.round();
    expect(await kept()).to.deep.equal([NEW]);
  });

  it('end with the old key in use, and nothing of the new one kept, when it is refused', async () => {
    await rotate({ stub: REFUSED });
    await settle();
    await plane.round();

    expect(await last()).to.include({ state: 'reverted', reason: 'key_refused', provenAt: null });
    expect(fleet.keyInUse(id, 'stub')).to.equal(OLD);
    expect(await kept()).to.deep.equal([OLD]);
    expect((await store.keys.list(id))[0]).to.include({ slot: 0, provenAt: null });
    expect(await audited()).to.include('keys.rotation_reverted');
  });

  it('exchange several keys together, or none when one of them is refused', async () => {
    await setKeys(id, { openai: 'sk-an-old-openai-key' });
    await settle();
    await rotate({ stub: REFUSED, openai: 'sk-a-new-openai-key' });
    await settle();
    expect(fleet.keyInUse(id, 'openai')).to.equal('sk-an-old-openai-key');

    await rotate({ stub: NEW, openai: 'sk-a-new-openai-key' });
    await settle();
    expect(fleet.keyInUse(id, 'openai')).to.equal('sk-a-new-openai-key');
    expect(await kept()).to.deep.equal([NEW, 'sk-a-new-openai-key']);
  });

  it('give up a gateway that never reloads, and tell it so once it does', async () => {
    fleet.holdReloads(id);
    await rotate();
    for (let rounds = 0; rounds < 3; rounds += 1) await plane.round();
    expect(await last()).to.include({ state: 'proving' });
    now = plusMs(now, PROOF_LIMIT_MS + 1);
    await untilState('reverted');

    expect(await last()).to.include({ reason: 'no_receipt' });
    expect(fleet.keyInUse(id, 'stub')).to.equal(OLD);
    fleet.reload(id);
    await settle();
    await plane.round();
    expect(await kept()).to.deep.equal([OLD]);
  });

  it('wait for a sealed Vault with their decision made, and go on when it opens', async () => {
    await rotate({ stub: REFUSED });
    fleet.secrets.trouble.breakDown('vault_sealed');
    fleet.gateway.trouble.failNext('tryModel');
    for (let rounds = 0; rounds < 5; rounds += 1) await plane.round();
    expectKeyInUse();
    fleet.secrets.trouble.recover();
    await settle();
    expect(await last()).to.include({ state: 'reverted', reason: 'key_refused' });
  });

  it('leave nothing behind when Vault does not take the new keys', async () => {
    fleet.secrets.trouble.failNext('changeKeys', 'vault_sealed');
    await expectFault('vault_sealed', rotate());
    await settle();
    expect(await last()).to.include({ state: 'reverted', reason: 'not_written' });
    expect(await kept()).to.deep.equal([OLD]);
  });

  it('leave nothing behind when the API dies between Vault and the database', async () => {
    await store.rotations.open({
      ...{ id: 'ro-aaaaaaaaaaaa' as Rotation['id'], instanceId: id, names: ['stub'] },
      ...{ owner: 'tenant', at: now },
    });
    await fleet.secrets.changeKeys(id, { 'stub@1': NEW }, signal);
    for (let rounds = 0; rounds < 3; rounds += 1) await plane.round();
    expect(await last()).to.include({ state: 'writing' });
    now = plusMs(now, WRITING_LIMIT_MS + 1);
    await settle();
    await plane.round();
    expect(await last()).to.include({ state: 'reverted', reason: 'not_written' });
    expect(await kept()).to.deep.equal([OLD]);
  });

  it('are one at a time for an instance, however many are asked for at once', async () => {
    const asked = await Promise.allSettled([rotate(), rotate(), rotate()]);
    const begun = asked.filter(({ status }) => status === 'fulfilled');
    expect(begun).to.have.length(1);
    await expectFault('rotation_in_progress', rotate());
    await expectFault('rotation_in_progress', setKeys(id, { stub: NEW }));
    await settle();
    expect(await last()).to.include({ state: 'verified' });
  });

  it('end with their instance', async () => {
    await rotate();
    await new DeleteInstance(store, clock).execute({ caller: aCaller(), instanceId: id });
    await plane.runUntil('it is gone', async () => {
      return (await store.instances.find(id))?.state === 'deleted';
    });
    expect(await last()).to.include({ state: 'reverted', reason: 'instance_gone' });
    expect(await kept()).to.deep.equal([]);
  });

  const refusals: readonly [string, Record<string, string>, FaultCode][] = [
    ['a key that the instance does not have', { openai: 'sk-a-new-openai-key' }, 'key_unknown'],
    ['a channel’s key', { 'telegram/bot': `12345:${'a'.repeat(30)}` }, 'rotation_unprovable'],
    ['an unknown provider', { nobody: NEW }, 'provider_unknown'],
    ['an empty key', { stub: '' }, 'key_malformed'],
    ['a key with a line end', { stub: `${NEW}\n` }, 'key_malformed'],
    ['a key of 65 KiB', { stub: 'x'.repeat(65 * 1024) }, 'key_malformed'],
  ];
  for (const [what, values, code] of refusals) {
    it(`refuse ${what}, and change nothing`, async () => {
      await expectFault(code, rotate(values));
      expect(await store.rotations.list(id, 10)).to.deep.equal([]);
      expect(await kept()).to.deep.equal([OLD]);
    });
  }

  const vaultCalls = ['changeKeys', 'destroyBefore', 'readToken'] as const;
  for (const [value, end] of [
    [NEW, 'verified'],
    [REFUSED, 'reverted'],
  ] as const) {
    for (const method of vaultCalls) {
      for (const how of ['failNext', 'loseNextAnswer'] as const) {
        it(`end ${end} when a controller’s ${method} meets ${how}`, async () => {
          await rotate({ stub: value });
          fleet.secrets.trouble[how](method);
          await settle();
          for (let rounds = 0; rounds < 3; rounds += 1) await plane.round();
          expect(await last()).to.include({ state: end });
          expect(await kept()).to.deep.equal([end === 'verified' ? NEW : OLD]);
        });
      }
    }
  }
});
