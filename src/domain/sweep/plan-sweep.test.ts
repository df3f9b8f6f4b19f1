import { expect } from 'chai';
import {
  aClaimedInstance,
  NOON,
  anInstance,
  anInstanceId,
} from '../../../test/support/builders.js';
import { plusMs } from '../../lib/clock.js';
import type { InstanceId } from '../ids.js';
import type { Instance } from '../instance.js';
import { DELETION_LIMIT_MS } from './find-differences.js';
import type { SeenJob, SweepInventory } from './inventory.js';
import type { SweepAction, SweepMemory, SweepPlan } from './plan-sweep.js';
import { GRACE_MS, KILLS_MAX, REPAIRS_MAX, forgetting, planSweep } from './plan-sweep.js';

const LATER = plusMs(NOON, GRACE_MS);
const NOTHING: SweepMemory = new Map();

/** A world in which nothing exists, but for `parts`. */
function anInventory(parts: Partial<SweepInventory> = {}): SweepInventory {
  return {
    installation: 'here',
    jobs: [],
    variables: [],
    secrets: [],
    services: [],
    rows: [],
    deleted: new Set(),
    mismatches: [],
    ...parts,
  };
}

/** A world in which everything that the rows promise exists. */
function healthy(rows: readonly Instance[], parts: Partial<SweepInventory> = {}): SweepInventory {
  const ids = rows.map(({ id }) => id);
  return anInventory({
    rows,
    jobs: ids.map((id) => aJob(id)),
    variables: ids,
    secrets: ids,
    services: ids.map((instanceId) => ({ instanceId, isPassing: true })),
    ...parts,
  });
}

function aJob(instanceId: InstanceId, changes: Partial<SeenJob> = {}): SeenJob {
  return { instanceId, isManaged: true, installation: 'here', isStopped: false, ...changes };
}

/** What is done when the same world is seen twice, the grace apart. */
function secondLook(inventory: SweepInventory): SweepPlan {
  return planSweep(inventory, planSweep(inventory, NOTHING, NOON).memory, LATER);
}

function kindsOf({ findings }: SweepPlan): readonly string[] {
  return findings.map(({ kind }) => kind);
}

function actsOf({ actions }: SweepPlan): readonly string[] {
  return actions.map((action) => `${action.kind} ${idOf(action)}`);
}

function idOf(action: SweepAction): InstanceId {
  return action.kind === 'clear_away' ? action.instanceId : action.instance.id;
}

describe('planSweep', () => {
  it('finds nothing where everything is as the rows say', () => {
    const rows = [anInstance(), anInstance({ state: 'warming' }), aClaimedInstance()];
    const plan = secondLook(healthy([...rows, aClaimedInstance({ state: 'ready' })]));

    expect(plan).to.deep.include({ findings: [], actions: [], deferred: 0, waiting: 0 });
    expect(plan.suspicion).to.equal(null);
  });

  it('expects nothing outside of an instance that is coming, leaving, failed or stopped', () => {
    const states = ['creating', 'deleting', 'failed', 'stopped'] as const;
    const rows = states.map((state) => anInstance({ state }));

    expect(kindsOf(secondLook(anInventory({ rows })))).to.deep.equal([]);
    expect(kindsOf(secondLook(healthy(rows)))).to.deep.equal([]);
  });

  describe('with something left over', () => {
    const id = anInstanceId();
    const leftOver = {
      jobs: [aJob(id, { installation: null })],
      variables: [id],
      secrets: [id],
      services: [{ instanceId: id, isPassing: true }],
    };

    it('clears away what a deleted row left behind, all of it in one act', () => {
      const plan = secondLook(anInventory({ ...leftOver, deleted: new Set([id]) }));

      expect(kindsOf(plan)).to.deep.equal([
        'job_of_deleted',
        'variable_of_deleted',
        'secrets_of_deleted',
        'service_of_deleted',
      ]);
      expect(actsOf(plan)).to.deep.equal([`clear_away ${id}`]);
    });

    it('clears away each kind of leftover alone, but for registrations, which are reported', () => {
      const parts: Partial<SweepInventory>[] = [
        { jobs: leftOver.jobs },
        { variables: leftOver.variables },
        { secrets: leftOver.secrets },
      ];
      for (const part of parts) {
        const plan = secondLook(anInventory({ ...part, deleted: new Set([id]) }));
        expect(actsOf(plan)).to.deep.equal([`clear_away ${id}`]);
      }
      const services = anInventory({ services: leftOver.services, deleted: new Set([id]) });
      expect(secondLook(services).findings).to.have.length(1);
      expect(actsOf(secondLook(services))).to.deep.equal([]);
    });

    it('only reports what neither a row nor its job proves ours', () => {
      const plan = secondLook(anInventory(leftOver));

      expect(kindsOf(plan)).to.deep.equal([
        'job_without_row',
        'variable_without_row',
        'secrets_without_row',
        'service_without_row',
      ]);
      expect(plan.findings.every(({ remedy }) => remedy === 'report')).to.equal(true);
      expect(plan.actions).to.deep.equal([]);
    });

    it('clears away what has no row when its job names this installation', () => {
      const plan = secondLook(anInventory({ ...leftOver, jobs: [aJob(id)] }));

      expect(actsOf(plan)).to.deep.equal([`clear_away ${id}`]);
    });

    it('waits for the grace to pass, and forgets what healed meanwhile', () => {
      const inventory = anInventory({ ...leftOver, deleted: new Set([id]) });
      const first = planSweep(inventory, NOTHING, NOON);
      const early = planSweep(inventory, first.memory, plusMs(NOON, GRACE_MS - 1));
      const healed = planSweep(anInventory(), early.memory, LATER);
      const again = planSweep(inventory, healed.memory, plusMs(LATER, GRACE_MS - 1));

      expect([first.actions, early.actions, again.actions]).to.deep.equal([[], [], []]);
      expect([first.waiting, healed.waiting]).to.deep.equal([3, 0]);
      expect(early.findings[0]?.firstSeenAt).to.deep.equal(NOON);
    });

    it('lets what could not be done wait anew', () => {
      const inventory = anInventory({ ...leftOver, deleted: new Set([id]) });
      const { memory } = planSweep(inventory, NOTHING, NOON);

      expect(planSweep(inventory, forgetting(memory, new Set([id])), LATER).actions).to.be.empty;
      expect(planSweep(inventory, forgetting(memory, new Set()), LATER).actions).to.have.length(1);
    });
  });

  it('never touches a job without our mark, or one of another installation', () => {
    const [unmarked, foreign] = [anInstanceId(), anInstanceId()];
    const [known, row] = [anInstanceId(), anInstance()];
    const plan = secondLook(
      healthy([row], {
        jobs: [
          aJob(unmarked, { isManaged: false, installation: 'here' }),
          aJob(foreign, { installation: 'elsewhere' }),
          aJob(known, { installation: 'elsewhere' }),
          aJob(row.id, { isManaged: false }),
        ],
        variables: [unmarked, foreign, known],
        secrets: [unmarked, foreign, known],
        deleted: new Set([known]),
      }),
    );

    expect(new Set(kindsOf(plan))).to.deep.equal(new Set(['job_of_stranger']));
    expect(plan.findings).to.have.length(4);
    expect(plan.actions).to.deep.equal([]);
  });

  describe('with something missing', () => {
    it('fails a member, or a ready instance, whose job is gone', () => {
      const rows = [anInstance(), aClaimedInstance({ state: 'ready' }), anInstance(), anInstance()];
      const kept = rows.slice(2).map(({ id }) => id);
      const plan = secondLook(anInventory({ ...healthy(rows.slice(2)), rows, variables: kept }));

      expect(kindsOf(plan)).to.deep.equal(['row_without_job', 'row_without_job']);
      expect(actsOf(plan)).to.have.members(rows.slice(0, 2).map(({ id }) => `fail ${id}`));
      const [first] = plan.actions;
      expect(first?.kind === 'fail' && first.failure).to.deep.equal({
        code: 'lost',
        sentence: 'Its job is gone from the scheduler.',
      });
    });

    it('leaves one that is being bound to its reconciler, and one that answers to the operator', () => {
      const [binding, ready] = [aClaimedInstance(), aClaimedInstance({ state: 'ready' })];
      const others = [anInstance(), anInstance(), anInstance()];
      const plan = secondLook(
        anInventory({
          ...healthy(others),
          rows: [binding, ready, ...others],
          services: [...others, ready].map(({ id }) => ({ instanceId: id, isPassing: true })),
        }),
      );

      expect(kindsOf(plan)).to.deep.equal(['row_without_job', 'row_without_job']);
      expect(plan.actions).to.deep.equal([]);
    });

    it('fails a member whose job somebody stopped; a tenant may get theirs started again', () => {
      const rows = [anInstance(), aClaimedInstance({ state: 'ready' })];
      const jobs = rows.map(({ id }) => aJob(id, { isStopped: true }));
      const plan = secondLook(healthy(rows, { jobs }));

      expect(kindsOf(plan)).to.deep.equal(['row_with_stopped_job', 'row_with_stopped_job']);
      expect(actsOf(plan)).to.deep.equal([`fail ${rows[0]?.id}`]);
    });

    it('announces anew what is not announced any more', () => {
      const row = aClaimedInstance({ state: 'ready' });

      expect(actsOf(secondLook(healthy([row], { variables: [] })))).to.deep.equal([
        `announce ${row.id}`,
      ]);
    });

    it('fails a member whose token is gone, and reports a tenant’s', () => {
      const rows = [anInstance(), aClaimedInstance({ state: 'ready' })];
      const plan = secondLook(healthy(rows, { secrets: [] }));

      expect(kindsOf(plan)).to.deep.equal(['row_without_secrets', 'row_without_secrets']);
      expect(actsOf(plan)).to.deep.equal([`fail ${rows[0]?.id}`]);
    });

    it('reports a ready instance that discovery does not know, and a deletion that is stuck', () => {
      const ready = aClaimedInstance({ state: 'ready' });
      const stateAt = plusMs(NOON, -DELETION_LIMIT_MS);
      const stuck = anInstance({ state: 'deleting', stateAt });
      const plan = secondLook(healthy([ready, stuck], { services: [] }));

      expect(kindsOf(plan)).to.have.members(['row_without_service', 'deletion_stuck']);
      expect(plan.actions).to.deep.equal([]);
    });
  });

  it('reports tables that contradict each other', () => {
    const row = anInstance();
    const mismatches = [{ kind: 'owner_without_claim', instanceId: row.id }] as const;
    const plan = secondLook(healthy([row], { mismatches }));

    expect(kindsOf(plan)).to.deep.equal(['owner_without_claim']);
    expect(plan.actions).to.deep.equal([]);
  });

  describe('with a lot at once', () => {
    const many = Array.from({ length: KILLS_MAX + 5 }, () => anInstanceId());

    it('destroys no more than a pass may, in the order of ids, and defers the rest', () => {
      const inventory = anInventory({ secrets: many, deleted: new Set(many) });
      const shuffled = anInventory({ secrets: [...many].reverse(), deleted: new Set(many) });
      const plan = secondLook(inventory);

      expect(plan.actions).to.have.length(KILLS_MAX);
      expect(plan.deferred).to.equal(5);
      expect(actsOf(plan)).to.deep.equal([...actsOf(plan)].sort());
      expect(actsOf(secondLook(shuffled))).to.deep.equal(actsOf(plan));
    });

    it('does not count stops that were begun before, and bounds them all the same', () => {
      const begun = Array.from({ length: REPAIRS_MAX + 1 }, () => anInstanceId());
      const jobs = begun.map((id) => aJob(id, { isStopped: true }));
      const deleted = new Set([...begun, ...many]);
      const plan = secondLook(anInventory({ jobs, secrets: many, deleted }));

      expect(plan.actions).to.have.length(KILLS_MAX + REPAIRS_MAX);
      expect(plan.deferred).to.equal(6);
    });

    it('does nothing at all when most jobs have no row, or most rows no job', () => {
      const ours = [anInstance(), anInstance()];
      const unknown = [anInstanceId(), anInstanceId(), anInstanceId()];
      const known = healthy(ours);
      const jobs = [...known.jobs, ...unknown.map((id) => aJob(id))];
      const lost = [anInstance(), anInstance(), anInstance()];
      const leftOver = anInstanceId();
      const part = { variables: [leftOver], deleted: new Set([leftOver]) };

      expect(secondLook({ ...known, jobs, ...part })).to.deep.include({
        suspicion: { kind: 'jobs_without_rows', found: 3, of: 5 },
        actions: [],
      });
      expect(secondLook({ ...known, rows: [...ours, ...lost], ...part })).to.deep.include({
        suspicion: { kind: 'rows_without_jobs', found: 3, of: 5 },
        actions: [],
      });
    });

    it('takes no suspicion from what deleted rows left behind', () => {
      const few = many.slice(0, 10);
      const plan = secondLook(
        anInventory({ jobs: few.map((id) => aJob(id)), deleted: new Set(few) }),
      );

      expect(plan.suspicion).to.equal(null);
      expect(plan.actions).to.have.length(10);
    });
  });
});
