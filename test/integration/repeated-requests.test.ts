import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { CheckKeys } from '../../src/commands/check-keys.js';
import { IDEMPOTENCY_TTL_MS } from '../../src/commands/idempotency.js';
import { RotateKeys } from '../../src/commands/rotate-keys.js';
import type { KeyRotationRequest } from '../../src/commands/rotate-keys.js';
import { StartRotation } from '../../src/commands/start-rotation.js';
import type { InstanceId } from '../../src/domain/ids.js';
import type { Rotation } from '../../src/domain/rotation.js';
import { WRITING_LIMIT_MS } from '../../src/domain/rotation.js';
import { canonicalJson } from '../../src/lib/canonical-json.js';
import { plusMs } from '../../src/lib/clock.js';
import type { KeyVault, Store } from '../../src/ports/index.js';
import { aCaller } from '../support/builders.js';
import { CampaignWorld, NEW_VALUE, OLD_VALUE } from '../support/campaign-world.js';
import type { TestDatabase } from '../support/database.js';
import { startTestDatabase } from '../support/database.js';
import { expectFault } from '../support/expect-fault.js';

const REPLACE = { kind: 'replace', keyName: 'stub', value: NEW_VALUE, failureBudget: 0 } as const;

/** Requests with an idempotency key whose body holds a provider key, sent again and again. */
describe('repeated requests that hold keys', function () {
  this.timeout(60_000);

  const { signal } = new AbortController();
  let database: TestDatabase;
  let store: Store;
  let world: CampaignWorld;
  let id: InstanceId;
  /** How often a provider was asked about a key. */
  let asked: number;

  before(async () => {
    database = await startTestDatabase();
  });

  after(async () => {
    await database?.stop();
  });

  beforeEach(async () => {
    store = await database.emptyStore();
    world = new CampaignWorld(store);
    asked = 0;
    await world.grow(1);
    id = world.ids[0] ?? expect.fail('no instance');
  });

  function rotate(
    changes: Partial<KeyRotationRequest> = {},
    vault: Pick<KeyVault, 'changeKeys'> = world.fleet.secrets,
  ): Promise<Rotation> {
    const check = new CheckKeys(store, { isTaken: () => Promise.resolve((asked += 1) > 0) });
    const rotations = new StartRotation(store, vault, world.clock);
    const { fingerprints } = world;
    return new RotateKeys(store, { rotations, check, fingerprints }).execute({
      ...{ caller: aCaller(), instanceId: id, values: { stub: NEW_VALUE }, owner: 'tenant' },
      ...{ idempotencyKey: 'order-1042', isVerified: false, signal },
      ...changes,
    });
  }

  async function storedRows(): Promise<string> {
    return JSON.stringify(await database.query('SELECT * FROM idempotency_keys', []));
  }

  describe('for a rotation', () => {
    it('begin one, ask the provider once, and are answered with how it stands', async () => {
      const first = await rotate({ isVerified: true });
      const again = await rotate({ isVerified: true });
      expect(again.id).to.equal(first.id);
      expect(asked).to.equal(1);
      await world.settle();

      expect(await rotate()).to.include({ id: first.id, state: 'verified' });
      expect(await store.rotations.list(id, 10)).to.have.length(1);
      expect(world.keysInUse()).to.deep.equal([NEW_VALUE]);
    });

    it('begin one also when all of them come at once', async () => {
      const ids = await Promise.all([1, 2, 3, 4].map(() => rotate().then((made) => made.id)));
      expect(new Set(ids)).to.have.length(1);
      expect(await store.rotations.list(id, 10)).to.have.length(1);
    });

    it('are refused when they say something else, be it only the value of the key', async () => {
      await rotate();
      const others = [
        { values: { stub: 'yet-another-stub-key' } },
        { owner: 'platform' as const, caller: aCaller({ role: 'operator', tenantRef: null }) },
        { values: { stub: NEW_VALUE, anthropic: 'sk-ant-aaaaaaaaaa' } },
      ];
      const [value, , names] = others;
      await expectFault('idempotency_key_reused', rotate(value));
      await expectFault('idempotency_key_reused', rotate(names));
      expect(await store.rotations.list(id, 10)).to.have.length(1);
    });

    it('are for whoever sent the first, and for a day', async () => {
      const first = await rotate();
      await world.settle();
      const stranger = aCaller({ subject: 'another-product' });
      const other = await rotate({ caller: stranger });
      expect(other.id).to.not.equal(first.id);
      await world.settle();
      await database.query(
        `UPDATE idempotency_keys SET expires_at = expires_at
           - interval '1 millisecond' * $1`,
        [IDEMPOTENCY_TTL_MS],
      );
      expect((await rotate()).id).to.not.equal(first.id);
    });

    it('get the same answer when the instance is not ready any more', async () => {
      const first = await rotate();
      await world.settle();
      const seen = (await store.instances.find(id)) ?? expect.fail('no instance');
      const failure = { code: 'lost', sentence: 'A test lost it.' } as const;
      await store.instances.move(seen, { verb: 'fail', at: world.now, failure });

      expect(await rotate()).to.include({ id: first.id, state: 'verified' });
    });

    it('are made again when Vault was away the first time, for nothing came of that', async () => {
      world.fleet.secrets.trouble.failNext('changeKeys');
      await expectFault('vault_unreachable', rotate());
      await world.settle();
      const made = await rotate();
      await world.settle();

      expect(await rotate()).to.include({ id: made.id, state: 'verified' });
      expect(world.keysInUse()).to.deep.equal([NEW_VALUE]);
    });

    it('find the one that an API left behind which died before Vault had the key', async () => {
      const dying: Pick<KeyVault, 'changeKeys'> = {
        changeKeys: () => new Promise(() => undefined),
      };
      void rotate({}, dying);
      const left = await found(async () => store.rotations.findOpen(id));
      expect(await rotate()).to.include({ id: left.id, state: 'writing' });
      world.now = plusMs(world.now, WRITING_LIMIT_MS);
      await world.settle();

      const end = { id: left.id, state: 'reverted', reason: 'not_written' };
      expect(await rotate()).to.include(end);
      expect(world.keysInUse()).to.deep.equal([OLD_VALUE]);
    });

    it('wait for Vault, without which nobody can tell one value from another', async () => {
      world.fingerprints.trouble.breakDown('vault_sealed');
      await expectFault('vault_sealed', rotate());
      expect(await store.rotations.list(id, 10)).to.deep.equal([]);
    });
  });

  describe('for a campaign', () => {
    it('start one, and are answered with how far it is', async () => {
      const first = await world.start(REPLACE, 'breach-7');
      const again = await world.start(REPLACE, 'breach-7');
      expect(again.campaign.id).to.equal(first.campaign.id);
      await world.runUntilSettled(first.campaign.id);

      const late = await world.start(REPLACE, 'breach-7');
      expect(late.campaign).to.include({ id: first.campaign.id, state: 'done' });
      expect(world.values.kept).to.deep.equal([]);
    });

    it('are refused when value, budget or kind is another one', async () => {
      await world.start(REPLACE, 'breach-7');
      for (const other of [
        { ...REPLACE, value: 'yet-another-stub-key' },
        { ...REPLACE, failureBudget: 0.1 },
        { kind: 'renew', keyName: 'stub' } as const,
      ]) {
        await expectFault('idempotency_key_reused', world.start(other, 'breach-7'));
      }
    });

    it('start one when Vault did not take the value the first time', async () => {
      world.values.trouble.failNext('write');
      await expectFault('vault_unreachable', world.start(REPLACE, 'breach-7'));
      const made = await world.start(REPLACE, 'breach-7');
      await world.runUntilSettled(made.campaign.id);

      expect(world.keysInUse()).to.deep.equal([NEW_VALUE]);
    });
  });

  it('leave nothing in the database by which anybody could tell that a guess is right', async () => {
    await rotate();
    await world.settle();
    await world.start(REPLACE, 'breach-7');
    const rows = await storedRows();

    for (const text of [NEW_VALUE, canonicalJson({ stub: NEW_VALUE }), 'order-1042', 'breach-7']) {
      expect(rows).to.not.include(text);
    }
    const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
    for (const text of [NEW_VALUE, canonicalJson({ stub: NEW_VALUE })]) {
      expect(rows).to.not.include(digest(text));
    }
    // Whoever knows all of the request, but has another Vault, does not come to the same digest.
    const hashes = /"request_hash":"(\w+)"/g;
    const kept = new Set([...rows.matchAll(hashes)].map(([, hash]) => hash));
    const otherVault = new CampaignWorld(await database.emptyStore());
    await otherVault.grow(1);
    await otherVault.start(REPLACE, 'breach-7');
    const guessed = [...(await storedRows()).matchAll(hashes)].map(([, hash]) => hash);
    expect(guessed).to.have.length(1);
    for (const hash of guessed) expect(kept.has(hash)).to.equal(false);
  });

  async function found<Row>(look: () => Promise<Row | null>): Promise<Row> {
    for (;;) {
      const row = await look();
      if (row !== null) return row;
    }
  }
});
