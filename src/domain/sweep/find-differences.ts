import type { InstanceId } from '../ids.js';
import type { Instance, InstanceState } from '../instance.js';
import type { SeenJob, SeenService, SweepInventory } from './inventory.js';

/** A deletion may wait for a turn to end, 335 s at most; after this it is stuck. */
export const DELETION_LIMIT_MS = 15 * 60_000;

/** Every way in which two systems can disagree. Also the label of a metric, so it stays short. */
export const DIFFERENCE_KINDS = [
  'job_of_deleted',
  'variable_of_deleted',
  'secrets_of_deleted',
  'service_of_deleted',
  'job_without_row',
  'variable_without_row',
  'secrets_without_row',
  'service_without_row',
  'job_of_stranger',
  'row_without_job',
  'row_with_stopped_job',
  'row_without_variable',
  'row_without_secrets',
  'row_without_service',
  'deletion_stuck',
  'owner_without_claim',
  'claim_without_owner',
] as const;
export type DifferenceKind = (typeof DIFFERENCE_KINDS)[number];

/**
 * What is done about it. `clear_away`: withdraw the announcement, shred the secrets, stop the job.
 * `fail`: the row says that the instance is lost. `announce`: say again what the row says.
 * `report`: nothing, somebody has to look.
 */
export const REMEDIES = ['clear_away', 'fail', 'announce', 'report'] as const;
export type Remedy = (typeof REMEDIES)[number];

/** One disagreement about one instance. */
export interface Difference {
  readonly kind: DifferenceKind;
  readonly instanceId: InstanceId;
  readonly remedy: Remedy;
}

/** States whose instances run. What is coming, leaving, in the trash or stopped may have a job or not. */
const RUNNING: readonly InstanceState[] = [
  ...(['warming', 'idle', 'binding', 'ready', 'resuming'] as const),
];
/** Of those, the ones in which nobody's data can be: losing them costs a start and nothing else. */
const WITHOUT_DATA: readonly InstanceState[] = ['warming', 'idle'];

/**
 * Compares what exists with what the rows say, in both directions. Pure, and always in the same
 * order.
 *
 * Consul is compared and never written to: Nomad's clients take registrations of ended tasks away
 * by themselves, and our token may not. The edge asks the database, so a stale one routes nobody.
 */
export function findDifferences(inventory: SweepInventory, now: Date): readonly Difference[] {
  const world = indexed(inventory);
  const differences = [
    ...world.ids.flatMap((id) => {
      const row = world.rows.get(id);
      return row === undefined ? leftOver(world, id) : missing(world, row, now);
    }),
    ...inventory.mismatches.map((mismatch) => ({ ...mismatch, remedy: 'report' }) as const),
  ];
  return differences;
}

/** True for a job whose own words prove that this installation registered it. */
export function isProvenOurs(job: SeenJob, installation: string): boolean {
  return job.isManaged && job.installation === installation;
}

/** Whether an instance in that state must have a job. */
export function mustHaveJob({ state }: Instance): boolean {
  return RUNNING.includes(state);
}

interface World {
  readonly installation: string;
  readonly ids: readonly InstanceId[];
  readonly jobs: ReadonlyMap<InstanceId, SeenJob>;
  readonly services: ReadonlyMap<InstanceId, SeenService>;
  readonly variables: ReadonlySet<InstanceId>;
  readonly secrets: ReadonlySet<InstanceId>;
  readonly rows: ReadonlyMap<InstanceId, Instance>;
  readonly deleted: ReadonlySet<InstanceId>;
}

function indexed(inventory: SweepInventory): World {
  const jobs = new Map(inventory.jobs.map((job) => [job.instanceId, job]));
  const services = new Map(inventory.services.map((service) => [service.instanceId, service]));
  const variables = new Set(inventory.variables);
  const secrets = new Set(inventory.secrets);
  const rows = new Map(inventory.rows.map((row) => [row.id, row]));
  const ids = new Set([
    ...jobs.keys(),
    ...services.keys(),
    ...variables,
    ...secrets,
    ...rows.keys(),
  ]);
  const { installation, deleted } = inventory;
  return { installation, ids: [...ids].sort(), jobs, services, variables, secrets, rows, deleted };
}

/**
 * What exists of an instance that must not exist. It may be touched only if it is proven ours: by a
 * row that says deleted, or by its job naming this installation. Everything that bears the id
 * shares its proof, for an id has 60 random bits.
 */
function leftOver(world: World, instanceId: InstanceId): readonly Difference[] {
  const job = world.jobs.get(instanceId);
  if (job !== undefined && isOfStranger(world, job)) {
    return [{ kind: 'job_of_stranger', instanceId, remedy: 'report' }];
  }
  const isDeleted = world.deleted.has(instanceId);
  const isProven = isDeleted || (job !== undefined && isProvenOurs(job, world.installation));
  const remedy: Remedy = isProven ? 'clear_away' : 'report';
  const why = isDeleted ? 'of_deleted' : 'without_row';
  const found: Difference[] = [];
  if (job !== undefined) found.push({ kind: `job_${why}`, instanceId, remedy });
  if (world.variables.has(instanceId)) found.push({ kind: `variable_${why}`, instanceId, remedy });
  if (world.secrets.has(instanceId)) found.push({ kind: `secrets_${why}`, instanceId, remedy });
  if (world.services.has(instanceId)) {
    found.push({ kind: `service_${why}`, instanceId, remedy: 'report' });
  }
  return found;
}

/**
 * A stranger's job lacks our mark, or names another installation. One that names none is older
 * than that custom: a row can prove it ours, it cannot prove itself.
 */
function isOfStranger({ installation }: World, job: SeenJob): boolean {
  if (!job.isManaged) return true;
  return job.installation !== null && job.installation !== installation;
}

/** What a row promises and nobody has. A lost job explains all else that is missing. */
function missing(world: World, row: Instance, now: Date): readonly Difference[] {
  const { id: instanceId, state } = row;
  const job = world.jobs.get(instanceId);
  if (job !== undefined && isOfStranger(world, job)) {
    return [{ kind: 'job_of_stranger', instanceId, remedy: 'report' }];
  }
  if (state === 'deleting' && now.getTime() - row.stateAt.getTime() > DELETION_LIMIT_MS) {
    return [{ kind: 'deletion_stuck', instanceId, remedy: 'report' }];
  }
  if (!mustHaveJob(row)) return [];
  if (job === undefined)
    return [{ kind: 'row_without_job', instanceId, remedy: ofLost(world, row) }];
  const loss: Remedy = WITHOUT_DATA.includes(state) ? 'fail' : 'report';
  if (job.isStopped) return [{ kind: 'row_with_stopped_job', instanceId, remedy: loss }];

  const found: Difference[] = [];
  if (!world.variables.has(instanceId)) {
    found.push({ kind: 'row_without_variable', instanceId, remedy: 'announce' });
  }
  if (!world.secrets.has(instanceId)) {
    found.push({ kind: 'row_without_secrets', instanceId, remedy: loss });
  }
  if (state === 'ready' && !world.services.has(instanceId)) {
    found.push({ kind: 'row_without_service', instanceId, remedy: 'report' });
  }
  return found;
}

/**
 * A job that is gone takes its gateway with it, so nothing is destroyed by saying so. An instance
 * that is being bound has a reconciler that moves its owner elsewhere, which is better than to fail
 * it. And if discovery sees the gateway alive, then it is our view of the scheduler that is wrong.
 */
function ofLost({ services }: World, { id, state }: Instance): Remedy {
  const isAnswering = services.get(id)?.isPassing === true;
  return isAnswering || state === 'binding' ? 'report' : 'fail';
}
