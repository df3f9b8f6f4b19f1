import type { Instance } from '../../domain/instance.js';
import { mustHaveJob } from '../../domain/sweep/find-differences.js';
import type { SweepAction } from '../../domain/sweep/plan-sweep.js';
import { isKill } from '../../domain/sweep/plan-sweep.js';
import type { ActOutcome } from '../../domain/sweep/report.js';
import { announce } from '../instance/announce.js';
import { giveUpMember } from '../instance/give-up-member.js';
import type { Outside } from '../instance/outside.js';

type Outcome = Extract<ActOutcome, 'done' | 'begun' | 'overtaken'>;
type Act<Kind extends SweepAction['kind']> = Extract<SweepAction, { kind: Kind }>;

/**
 * Does what the plan says, after a last look at the row: between the inventory and now somebody may
 * have been faster. Each act may be repeated, and a crash inside it leaves what the next pass finds.
 */
export async function carryOut(
  outside: Outside,
  action: SweepAction,
  signal: AbortSignal,
): Promise<Outcome> {
  switch (action.kind) {
    case 'clear_away':
      return clearAway(outside, action, signal);
    case 'fail':
      return failLost(outside, action, signal);
    case 'announce':
      return announceAnew(outside, action, signal);
  }
}

/**
 * The job goes last, for it may be all that proves whose the rest is. While it stops, a task may
 * log in to Vault once more; the next pass shreds that too, and then the job is forgotten.
 */
async function clearAway(
  outside: Outside,
  action: Act<'clear_away'>,
  signal: AbortSignal,
): Promise<Outcome> {
  const { store, announcements, shredder, scheduler } = outside;
  const { instanceId } = action;
  const row = await store.instances.find(instanceId);
  if (row !== null && row.state !== 'deleted') return 'overtaken';

  if (isKill(action)) await record(outside, action);
  await announcements.withdraw(instanceId, signal);
  await shredder.shred(instanceId, signal);
  const job = await scheduler.stopInstance(instanceId, signal);
  return job === 'gone' ? 'done' : 'begun';
}

/** In these a tenant's data is in the instance, so no other one can take its place. */
const WITH_DATA: readonly Instance['state'][] = ['ready', 'resuming'];

/**
 * A member is given up like any that failed. A tenant's instance is kept as it is and says that it
 * is lost: they are told, and what is left of it is there to be looked at.
 */
async function failLost(
  outside: Outside,
  action: Act<'fail'>,
  signal: AbortSignal,
): Promise<Outcome> {
  const { failure, because } = action;
  const instance = await unchanged(outside, action.instance);
  if (instance === null) return 'overtaken';
  if (because.includes('row_without_job') && (await hasJob(outside, instance, signal))) {
    return 'overtaken';
  }
  await record(outside, action);
  if (!WITH_DATA.includes(instance.state)) {
    await giveUpMember(outside, instance, failure);
    return 'done';
  }
  const { store, clock } = outside;
  const at = clock.now();
  const failed = await store.transaction(async (tx) => {
    const moved = await tx.instances.move(instance, { verb: 'fail', at, failure });
    if (moved === null) return null;
    const closing = { at, reason: 'instance_not_ready', actor: 'sweeper' } as const;
    await tx.rotations.closeOpen(instance.id, closing);
    await tx.configs.closeOpen(instance.id, closing);
    const payload = { code: failure.code };
    await tx.outbox.append({ topic: 'instance.failed', key: instance.id, payload, at });
    return moved;
  });
  return failed === null ? 'overtaken' : 'done';
}

/** Says again what the row says; an announcement never goes back to an older revision. */
async function announceAnew(
  outside: Outside,
  action: Act<'announce'>,
  signal: AbortSignal,
): Promise<Outcome> {
  const instance = await outside.store.instances.find(action.instance.id);
  if (instance === null || !mustHaveJob(instance)) return 'overtaken';
  await announce(outside, instance, signal);
  return 'done';
}

async function unchanged({ store }: Outside, seen: Instance): Promise<Instance | null> {
  const now = await store.instances.find(seen.id);
  return now?.state === seen.state && now.fence === seen.fence ? now : null;
}

async function hasJob({ scheduler }: Outside, { id }: Instance, signal: AbortSignal) {
  const allocations = await scheduler.listAllocations(id, signal);
  return allocations.some(({ isWanted }) => isWanted);
}

/** Before the act: a trace of what then has to be repeated is better than an act without one. */
async function record({ store, clock }: Outside, action: SweepAction): Promise<void> {
  await store.audit.append({
    at: clock.now(),
    actor: 'sweeper',
    action: `sweep.${action.kind}`,
    target: action.kind === 'clear_away' ? action.instanceId : action.instance.id,
    outcome: 'done',
    requestId: null,
    from: null,
    details: { because: action.because.join(', ') },
  });
}
