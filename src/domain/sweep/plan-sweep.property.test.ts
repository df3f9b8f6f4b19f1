import { expect } from 'chai';
import fc from 'fast-check';
import { NOON, aTenantId, anInstance, anInstanceId } from '../../../test/support/builders.js';
import { plusMs } from '../../lib/clock.js';
import { INSTANCE_STATES } from '../instance.js';
import type { SweepInventory } from './inventory.js';
import type { SweepAction, SweepMemory } from './plan-sweep.js';
import { GRACE_MS, KILLS_MAX, REPAIRS_MAX, isKill, planSweep } from './plan-sweep.js';

const HERE = 'here';
const LATER = plusMs(NOON, GRACE_MS);
const NOTHING: SweepMemory = new Map();

/** What may be true of one id, in any combination. */
const fate = fc.record({
  row: fc.constantFrom(null, ...INSTANCE_STATES),
  job: fc.option(
    fc.record({
      isManaged: fc.boolean(),
      installation: fc.constantFrom(null, HERE, 'elsewhere'),
      isStopped: fc.boolean(),
    }),
  ),
  hasVariable: fc.boolean(),
  hasSecrets: fc.boolean(),
  service: fc.option(fc.boolean()),
});
type Fate = typeof fate extends fc.Arbitrary<infer One> ? One : never;

const worlds = fc.array(fate, { maxLength: 80 }).map(worldOf);

function worldOf(fates: readonly Fate[]): SweepInventory {
  const known = fates.map((one) => ({ ...one, id: anInstanceId() }));
  return {
    installation: HERE,
    jobs: known.flatMap(({ id, job }) => (job === null ? [] : [{ ...job, instanceId: id }])),
    variables: known.flatMap(({ id, hasVariable }) => (hasVariable ? [id] : [])),
    secrets: known.flatMap(({ id, hasSecrets }) => (hasSecrets ? [id] : [])),
    services: known.flatMap(({ id, service }) =>
      service === null ? [] : [{ instanceId: id, isPassing: service }],
    ),
    rows: known.flatMap(({ id, row }) => {
      if (row === null || row === 'deleted') return [];
      const tenantId = row === 'binding' || row === 'ready' ? aTenantId() : null;
      return [anInstance({ id, state: row, tenantId })];
    }),
    deleted: new Set(known.flatMap(({ id, row }) => (row === 'deleted' ? [id] : []))),
    mismatches: [],
  };
}

function twice(world: SweepInventory, memory = planSweep(world, NOTHING, NOON).memory) {
  return planSweep(world, memory, LATER);
}

function shuffled(world: SweepInventory): SweepInventory {
  return {
    ...world,
    jobs: [...world.jobs].reverse(),
    variables: [...world.variables].reverse(),
    secrets: [...world.secrets].reverse(),
    services: [...world.services].reverse(),
    rows: [...world.rows].reverse(),
  };
}

function idOf(action: SweepAction) {
  return action.kind === 'clear_away' ? action.instanceId : action.instance.id;
}

describe('planSweep, whatever the world is like', () => {
  it('clears away only what has no live row and is proven ours', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        for (const action of twice(world).actions) {
          if (action.kind !== 'clear_away') continue;
          const { instanceId } = action;
          const job = world.jobs.find((one) => one.instanceId === instanceId);
          const isOurs = job?.isManaged === true && job.installation === HERE;

          expect(world.rows.some(({ id }) => id === instanceId)).to.equal(false);
          expect(world.deleted.has(instanceId) || isOurs).to.equal(true);
          expect(job?.isManaged).to.not.equal(false);
          expect(job?.installation).to.not.equal('elsewhere');
        }
      }),
    );
  });

  it('fails nothing that has a live job, its secrets, or an answering gateway of a tenant', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        for (const action of twice(world).actions) {
          if (action.kind !== 'fail') continue;
          const { id, state, tenantId } = action.instance;
          const job = world.jobs.find(({ instanceId }) => instanceId === id);
          const service = world.services.find(({ instanceId }) => instanceId === id);

          expect(['warming', 'idle', 'ready', 'resuming', 'trashed']).to.include(state);
          expect(job === undefined || job.isStopped || !world.secrets.includes(id)).to.equal(true);
          if (tenantId === null) continue;
          expect(job).to.equal(undefined);
          expect(service?.isPassing).to.not.equal(true);
        }
      }),
    );
  });

  it('acts at most once on an id, within its limits, and never at first sight', () => {
    fc.assert(
      fc.property(worlds, fc.integer({ min: 0, max: GRACE_MS - 1 }), (world, earlyMs) => {
        const first = planSweep(world, NOTHING, NOON);
        const { actions, suspicion, deferred } = twice(world, first.memory);
        const ids = actions.map(idOf);

        expect(first.actions).to.deep.equal([]);
        expect(planSweep(world, first.memory, plusMs(NOON, earlyMs)).actions).to.deep.equal([]);
        expect(new Set(ids).size).to.equal(ids.length);
        expect(actions.filter(isKill).length).to.be.at.most(KILLS_MAX);
        expect(actions.length).to.be.at.most(KILLS_MAX + REPAIRS_MAX);
        if (suspicion !== null) expect([actions.length, deferred]).to.deep.equal([0, 0]);
      }),
    );
  });

  it('decides the same whatever the order in which things are listed', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        expect(twice(shuffled(world))).to.deep.equal(twice(world));
      }),
    );
  });

  it('finds nothing to do a second time once all it wanted was done', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        let now = world;
        for (let pass = 0; pass < 10; pass += 1) now = afterwards(now, twice(now).actions);
        const { actions, suspicion } = twice(now);

        expect(suspicion === null ? actions : []).to.deep.equal([]);
      }),
    );
  });
});

/** The world once the acts are done, and the failed members' rows with them. */
function afterwards(world: SweepInventory, actions: readonly SweepAction[]): SweepInventory {
  const cleared = new Set(
    actions.flatMap((action) => (action.kind === 'clear_away' ? [action.instanceId] : [])),
  );
  const failed = new Set(
    actions.flatMap((action) => (action.kind === 'fail' ? [action.instance.id] : [])),
  );
  const announced = actions.flatMap((action) =>
    action.kind === 'announce' ? [action.instance.id] : [],
  );
  return {
    ...world,
    jobs: world.jobs.filter(({ instanceId }) => !cleared.has(instanceId)),
    variables: [...world.variables.filter((id) => !cleared.has(id)), ...announced],
    secrets: world.secrets.filter((id) => !cleared.has(id)),
    rows: world.rows.map((row) => (failed.has(row.id) ? { ...row, state: 'failed' } : row)),
  };
}
