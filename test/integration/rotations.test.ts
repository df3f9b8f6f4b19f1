import { expect } from 'chai';
import { z } from 'zod';
import { ChangeKeys } from '../../src/commands/change-keys.js';
import { ClaimInstance } from '../../src/commands/claim-instance.js';
import { DeleteInstance } from '../../src/commands/delete-instance.js';
import { CheckKeys } from '../../src/commands/check-keys.js';
import type { KeyRotationRequest } from '../../src/commands/rotate-keys.js';
import { RotateKeys } from '../../src/commands/rotate-keys.js';
import { StartRotation } from '../../src/commands/start-rotation.js';
import type { InstanceId } from '../../src/domain/ids.js';
import type { Rotation, RotationState } from '../../src/domain/rotation.js';
import { PROOF_LIMIT_MS, SWITCH_LIMIT_MS, WRITING_LIMIT_MS } from '../../src/domain/rotation.js';
import type { FaultCode } from '../../src/errors/index.js';
import { plusMs } from '../../src/lib/clock.js';
import type { Store } from '../../src/ports/index.js';
import { NOON, aCaller, aPoolKey, someOffers } from '../support/builders.js';
import type { TestDatabase } from '../support/database.js';
import { startTestDatabase } from '../support/database.js';
import { expectFault } from '../support/expect-fault.js';
import { FakeFingerprints } from '../support/fakes/fake-fingerprints.js';
import { FakeFleet } from '../support/fakes/fake-fleet.js';
import { TestControlPlane } from '../support/test-control-plane.js';
import { waitFor } from '../support/wait-for.js';

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
  /** How often a provider was asked whether it takes a key. */
  let asked: number;

  const fingerprints = new FakeFingerprints();
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
    asked = 0;
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

  type WritingVault = Pick<FakeFleet['secrets'], 'changeKeys' | 'startOver'>;

  function setKeys(
    instanceId: InstanceId,
    set: Record<string, string>,
    { vault = fleet.secrets, remove = [] }: { vault?: WritingVault; remove?: string[] } = {},
  ) {
    const change = new ChangeKeys(store, vault, clock);
    const owner = 'tenant';
    return change.execute({ caller: aCaller(), instanceId, set, remove, owner, signal });
  }

  function rotate(
    values: Record<string, string> = { stub: NEW },
    vault: WritingVault = fleet.secrets,
    repeated: Partial<KeyRotationRequest> = {},
  ): Promise<Rotation> {
    const rotations = new StartRotation(store, vault, clock);
    const check = new CheckKeys(store, { isTaken: () => Promise.resolve((asked += 1) > 0) });
    const command = new RotateKeys(store, { rotations, check, fingerprints });
    return command.execute({
      ...{ caller: aCaller(), instanceId: id, values, owner: 'tenant', signal },
      ...{ idempotencyKey: null, isVerified: false, ...repeated },
    });
  }

  /** Begins a rotation; its trial is in the gateway and not made yet. */
  async function rotateUntilLoaded(): Promise<void> {
    const { revision } = await rotate();
    await plane.runUntil('the trial is loaded', async () => {
      return (await store.instances.find(id))?.revisionApplied === revision;
    });
  }

  /** Vault that has something done right before or right after the write reaches it, once. */
  function vaultWith(moment: 'before' | 'after', doing: () => Promise<unknown>): WritingVault {
    let isDone = false;
    const once = async (now: typeof moment): Promise<void> => {
      if (isDone || now !== moment) return;
      isDone = true;
      await doing();
    };
    return {
      changeKeys: async (...given) => {
        await once('before');
        const version = await fleet.secrets.changeKeys(...given);
        await once('after');
        return version;
      },
      startOver: (...given) => fleet.secrets.startOver(...given),
    };
  }

  async function fail(): Promise<void> {
    const { moved } = await store.transaction(async (tx) => {
      const seen = (await tx.instances.findForUpdate(id)) ?? expect.fail('no instance');
      const failure = { code: 'lost', sentence: 'A test lost it.' } as const;
      const failed = await tx.instances.move(seen, { verb: 'fail', at: now, failure });
      const closing = { at: now, reason: 'instance_not_ready', actor: 'sweeper' } as const;
      await tx.rotations.closeOpen(id, closing);
      return { moved: failed };
    });
    expect(moved?.state).to.equal('failed');
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

  describe('and a key that is set at the same time', () => {
    const SET = 'a-key-set-meanwhile';
    /** What is set is used in the end, and it is the one value that is left. */
    async function expectSetKeyWins(): Promise<void> {
      await plane.runUntil('it is over', async () => {
        const seen = await store.instances.find(id);
        const rotation = await store.rotations.findOpen(id);
        return rotation === null && seen?.revisionApplied === seen?.revision;
      });
      await plane.round();
      expect(fleet.keyInUse(id, 'stub')).to.equal(SET);
      expect(await kept()).to.deep.equal([SET]);
      expect((await store.keys.list(id))[0]).to.include({ isLive: true, provenAt: null });
    }

    for (const moment of ['before', 'after'] as const) {
      it(`never lose one that was accepted: a rotation is opened ${moment} Vault has it`, async () => {
        await setKeys(id, { stub: SET }, { vault: vaultWith(moment, () => rotate()) });
        expect(await last()).to.include({ state: 'reverting', reason: 'superseded' });
        await expectSetKeyWins();
        expect(await last()).to.include({ state: 'reverted', reason: 'superseded' });
      });
    }

    it('never lose one that was accepted while the rotation’s value was on its way', async () => {
      let letGo = (): void => undefined;
      const held = new Promise<void>((resolve) => {
        letGo = resolve;
      });
      const slow = vaultWith('before', () => held);
      const rotating: Promise<Rotation>[] = [];
      const early = vaultWith('before', async () => {
        rotating.push(rotate({ stub: NEW }, slow));
        await waitFor(async () => (await store.rotations.findOpen(id)) !== null, {
          ...{ withinMs: 5_000, describe: 'the rotation to be open' },
        });
      });
      await setKeys(id, { stub: SET }, { vault: early });
      letGo();
      expect((await Promise.all(rotating))[0]).to.include({
        state: 'reverting',
        reason: 'superseded',
      });
      await expectSetKeyWins();
    });

    it('end with the key that was set when the rotation is past its proof', async () => {
      const late = vaultWith('before', async () => {
        await rotate();
        await untilState('switching');
      });
      await expectFault('rotation_in_progress', setKeys(id, { stub: SET }, { vault: late }));
      await settle();
      expect(fleet.keyInUse(id, 'stub')).to.equal(NEW);
      await setKeys(id, { stub: SET });
      await expectSetKeyWins();
    });

    it('go on when it is another key', async () => {
      await setKeys(id, { openai: 'sk-openai' }, { vault: vaultWith('before', () => rotate()) });
      await settle();
      expect(await last()).to.include({ state: 'verified' });
      expect(fleet.keyInUse(id, 'openai')).to.equal('sk-openai');
      expect(fleet.keyInUse(id, 'stub')).to.equal(NEW);
    });
  });

  describe('when somebody destroys every version in Vault', () => {
    const destroyAll = (): Promise<void> => fleet.secrets.destroyBefore(id, 99, signal);
    const openai = 'sk-an-openai-key';

    beforeEach(async () => {
      await setKeys(id, { openai });
      await settle();
    });

    it('are refused, and the gateway is told of nothing that holds less than its file', async () => {
      await destroyAll();
      const told = fleet.announcements.published(id);
      await expectFault('keys_lost', rotate());
      await plane.runUntil('it is closed', async () => {
        return (await store.rotations.findOpen(id)) === null;
      });
      for (let rounds = 0; rounds < 3; rounds += 1) await plane.round();
      expect(await last()).to.include({ state: 'reverted', reason: 'keys_lost' });
      expect(fleet.announcements.published(id)).to.deep.equal(told);
    });

    it('a key that is set says of all others that they are gone', async () => {
      await destroyAll();
      const { keys } = await setKeys(id, { stub: NEW });
      expect(keys.map(({ name }) => name)).to.deep.equal(['stub']);
      await plane.runUntil('it uses the key', async () => fleet.keyInUse(id, 'stub') === NEW);
      await plane.round();
      expect((await store.keys.list(id)).map(({ name, isLive }) => [name, isLive])).to.deep.equal([
        ['stub', true],
      ]);
      await setKeys(id, { openai });
      await settle();
      expect(await kept()).to.deep.equal([NEW, openai]);
      await rotate({ openai: 'sk-a-new-openai-key' });
      await settle();
      expect(await last()).to.include({ state: 'verified' });
    });

    for (const moment of ['before', 'after'] as const) {
      it(`list no lost key for ever when an API dies ${moment} the first new one is in Vault`, async () => {
        fleet.keepFile(id);
        await destroyAll();
        await setKeys(id, { stub: NEW }, { vault: dyingAtStart(moment) }).catch(() => undefined);
        expect(await store.keys.list(id), 'what Vault lost').to.deep.equal([]);
        expect([fleet.keyInUse(id, 'stub'), fleet.keyInUse(id, 'openai')]).to.deep.equal([
          ...[OLD, openai],
        ]);

        await setKeys(id, { stub: NEW });
        await plane.runUntil('it uses the key', async () => fleet.keyInUse(id, 'stub') === NEW);
        await settle();
        expect((await store.keys.list(id)).map(({ name }) => name)).to.deep.equal(['stub']);
        expect(fleet.keyInUse(id, 'openai')).to.equal(null);
        expect(await kept()).to.deep.equal([NEW]);
      });
    }

    /** A Vault that the process dies of, as far as what comes after it can tell. */
    function dyingAtStart(moment: 'before' | 'after'): WritingVault {
      return {
        changeKeys: (...given) => fleet.secrets.changeKeys(...given),
        startOver: async (...given) => {
          if (moment === 'after') await fleet.secrets.startOver(...given);
          throw new Error('killed');
        },
      };
    }

    it('a key that is removed takes the lost ones along', async () => {
      await destroyAll();
      const { keys } = await setKeys(id, {}, { remove: ['stub'] });
      expect(keys).to.deep.equal([]);
    });

    for (const [when, state] of [
      ['before the gateway has loaded the trial', 'no_receipt'],
      ['after the gateway has loaded the trial', 'keys_lost'],
    ] as const) {
      it(`end reverted, with the reason, when that happens ${when}`, async () => {
        if (state === 'no_receipt') fleet.holdReloads(id);
        await (state === 'no_receipt' ? rotate() : rotateUntilLoaded());
        const values = [fleet.keyInUse(id, 'stub'), fleet.keyInUse(id, 'openai')];
        expect(values).to.deep.equal([OLD, openai]);
        fleet.keepFile(id);
        await destroyAll();
        for (let rounds = 0; rounds < 3; rounds += 1) await plane.round();
        now = plusMs(now, PROOF_LIMIT_MS + 1);
        await untilState('reverted');
        expect(await last()).to.include({ reason: state });
        // What it has in its file is what its tenant goes on with.
        expect([fleet.keyInUse(id, 'stub'), fleet.keyInUse(id, 'openai')]).to.deep.equal(values);

        fleet.reload(id);
        const { keys } = await setKeys(id, { stub: NEW });
        expect(keys.map(({ name }) => name)).to.deep.equal(['stub']);
        await plane.runUntil('it uses the key', async () => fleet.keyInUse(id, 'stub') === NEW);
        await plane.round();
        expect(await kept()).to.deep.equal([NEW]);
      });
    }
  });

  it('end with a gateway that never loads what was proven, and have it use it once it does', async () => {
    await rotateUntilLoaded();
    fleet.holdReloads(id);
    for (let rounds = 0; rounds < 3; rounds += 1) await plane.round();
    expect(await last()).to.include({ state: 'switching' });
    now = plusMs(now, SWITCH_LIMIT_MS + 1);
    await untilState('unconfirmed');
    expect(await last()).to.include({ reason: 'not_seen' });
    expect(await audited()).to.include('keys.rotation_unconfirmed');
    // The gateway still uses the old one: it may not be destroyed before that has ended.
    expect(await kept()).to.deep.equal([NEW, OLD]);

    fleet.reload(id);
    await settle();
    await plane.round();
    expect(fleet.keyInUse(id, 'stub')).to.equal(NEW);
    expect(await kept()).to.deep.equal([NEW]);
  });

  it('hold nothing against a gateway that loaded everything while no controller was there', async () => {
    await rotateUntilLoaded();
    await untilState('switching');
    now = plusMs(now, SWITCH_LIMIT_MS + 1);
    await settle();
    expect(await last()).to.include({ state: 'verified' });
  });

  it('destroy no version that the gateway may still need, when a key is set while it switches', async () => {
    await rotateUntilLoaded();
    fleet.holdReloads(id);
    await untilState('switching');
    const instance = (await store.instances.find(id)) ?? expect.fail();
    const version = await fleet.secrets.changeKeys(id, { openai: 'sk-openai' }, signal);
    const set = new Map([['openai', 0]]);
    await store.keys.record(id, { version, set, removed: [], owner: 'tenant', at: now });
    for (let rounds = 0; rounds < 5; rounds += 1) await plane.round();
    expect(fleet.secrets.keys(id, instance.keyVersion)).to.not.equal(null);
    fleet.reload(id);
    await settle();
    expect(await last()).to.include({ state: 'verified' });
  });

  it('are given up in time when the gateway is nowhere to be found, or Vault does not open', async () => {
    for (const trouble of ['no address', 'sealed'] as const) {
      await rotateUntilLoaded();
      const entry = await fleet.catalog.find(id, signal);
      if (trouble === 'sealed') fleet.secrets.trouble.breakDown('vault_sealed');
      else fleet.catalog.remove(id);
      for (let rounds = 0; rounds < 3; rounds += 1) await plane.round();
      expect(await last()).to.include({ state: 'proving' });
      now = plusMs(now, PROOF_LIMIT_MS + 1);
      await plane.round();
      expect(await last(), trouble).to.include({ reason: 'no_receipt' });
      fleet.secrets.trouble.recover();
      fleet.catalog.put(entry ?? expect.fail('not listed'));
      await untilState('reverted');
      await settle();
    }
  });

  it('never stay open when their instance fails under them', async () => {
    await rotate();
    await fail();
    expect(await store.rotations.findOpen(id)).to.equal(null);
    expect(await last()).to.include({ state: 'reverted', reason: 'instance_not_ready' });
    expect(await audited()).to.include('keys.rotation_reverted');
  });

  it('are not begun on an instance that is deleted or fails in that very moment', async () => {
    const command = (vault: WritingVault) => rotate({ stub: NEW }, vault);
    await expectFault('write_superseded', command(vaultWith('before', fail)));
    expect(await store.rotations.findOpen(id)).to.equal(null);
    await expectFault(
      'instance_not_ready',
      new StartRotation(store, fleet.secrets, clock).execute({
        ...{ instanceId: id, values: { stub: NEW }, owner: 'tenant', actor: 'x' },
        ...{ requestId: null, from: null },
        signal,
      }),
    );
    expect(await store.rotations.list(id, 10)).to.have.length(1);
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
    expect(await audited()).to.include('keys.rotation_reverted');
    expect(await kept()).to.deep.equal([]);
  });

  const refusals: readonly [string, Record<string, string>, FaultCode][] = [
    ['a key that the instance does not have', { openai: 'sk-a-new-openai-key' }, 'key_unknown'],
    ['a channel’s key', { 'telegram/bot': `12345:${'a'.repeat(30)}` }, 'rotation_unprovable'],
    ['an unknown provider', { nobody: NEW }, 'provider_unknown'],
    ['another provider’s key', { anthropic: 'sk-proj-of-somebody-else' }, 'key_malformed'],
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
