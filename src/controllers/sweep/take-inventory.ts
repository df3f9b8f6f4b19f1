import type { InstanceId } from '../../domain/ids.js';
import type { Instance, InstanceState } from '../../domain/instance.js';
import { INSTANCE_STATES } from '../../domain/instance.js';
import type { SweepInventory } from '../../domain/sweep/inventory.js';
import { Fault } from '../../errors/index.js';
import { deadline } from '../../lib/timers.js';
import type { Census, InstanceStore } from '../../ports/index.js';
import type { Outside } from '../instance/outside.js';

/** How long the lists of one system may take; the slowest has thousands of entries. */
const LISTING_LIMIT_MS = 15_000;
const ROWS_PAGE = 200;
/** 100,000 instances, above which one inventory is no longer the way to do it. */
const ROWS_PAGES_MAX = 500;
/** Contradictions between tables that one report can hold; there should be none. */
const MISMATCHES_MAX = 100;

/** Where an inventory is taken. */
export interface Places extends Pick<
  Outside,
  'store' | 'scheduler' | 'announcements' | 'shredder' | 'catalog'
> {
  readonly census: Census;
  readonly installation: string;
}

const EXISTING: readonly InstanceState[] = INSTANCE_STATES.filter((state) => state !== 'deleted');

/**
 * Lists everything that there is of instances, in every system: the outside first and the rows
 * last, see `SweepInventory`. A list that fails fails the whole: with a part of the world missing,
 * the rest of it would look like orphans.
 */
export async function takeInventory(places: Places, signal: AbortSignal): Promise<SweepInventory> {
  const { scheduler, announcements, shredder, catalog, store, census, installation } = places;
  const limit = deadline(LISTING_LIMIT_MS, signal);
  const [jobs, variables, secrets, { entries: services }] = await Promise.all([
    scheduler.listJobs(limit),
    announcements.listInstanceIds(limit),
    shredder.listInstanceIds(limit),
    catalog.snapshot(null, limit),
  ]);
  const rows = await existingRows(store.instances, signal);
  const known = new Set<InstanceId>(rows.map(({ id }) => id));
  const outside = [
    ...jobs.map(({ instanceId }) => instanceId),
    ...variables,
    ...secrets,
    ...services.map(({ instanceId }) => instanceId),
  ];
  const unknown = [...new Set(outside)].filter((id) => !known.has(id));
  const deleted = await census.deletedAmong(unknown);
  const mismatches = await census.mismatches(MISMATCHES_MAX);
  return { installation, jobs, variables, secrets, services, rows, deleted, mismatches };
}

async function existingRows(
  instances: InstanceStore,
  signal: AbortSignal,
): Promise<readonly Instance[]> {
  const rows: Instance[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < ROWS_PAGES_MAX; page += 1) {
    if (signal.aborted) throw new Fault('database_unreachable', 'The inventory took too long.');
    const listed = await instances.list({ states: EXISTING }, { limit: ROWS_PAGE, cursor });
    rows.push(...listed.rows);
    cursor = listed.nextCursor;
    if (cursor === null) return rows;
  }
  throw new Fault('internal', 'Something is wrong on our side.', {
    details: { rows: rows.length },
  });
}
