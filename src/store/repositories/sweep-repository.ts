import type { EntityManager } from 'typeorm';
import { Fault } from '../../errors/index.js';
import type { SweepId } from '../../domain/ids.js';
import type { Sweep } from '../../domain/sweep/report.js';
import type { SweepStore } from '../../ports/index.js';
import { queryRows } from '../raw-rows.js';
import { SweepRow } from '../rows/sweep-row.js';
import { malformed } from '../stored-words.js';
import { StoredSweepReport } from './stored-sweep-report.js';

/** Reports that are kept; at one pass each half minute those of the last hour or so. */
const KEPT = 100;

/** One that waits already is as good as another one. */
const REQUEST = `
  INSERT INTO sweeps (id, requested_at, requested_by, is_dry_run) VALUES ($1, $2, $3, $4)
  ON CONFLICT (is_dry_run) WHERE report IS NULL
    DO UPDATE SET requested_by = sweeps.requested_by
  RETURNING *`;

const RECORD = `
  INSERT INTO sweeps (id, requested_at, requested_by, is_dry_run, report)
  VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT (id) DO UPDATE SET report = EXCLUDED.report`;

const FORGET_OLD = `
  DELETE FROM sweeps WHERE report IS NOT NULL AND requested_at < (
    SELECT requested_at FROM sweeps ORDER BY requested_at DESC OFFSET $1 LIMIT 1)`;

/** Sweeps in PostgreSQL. */
export class PostgresSweepStore implements SweepStore {
  constructor(private readonly manager: EntityManager) {}

  async request({ id, requestedAt, requestedBy, isDryRun }: Sweep): Promise<Sweep> {
    const parameters = [id, requestedAt, requestedBy, isDryRun];
    const [row] = await queryRows(this.manager, SweepRow, REQUEST, parameters);
    if (row === undefined) throw new Fault('row_malformed', 'Something is wrong on our side.');
    return toSweep(row);
  }

  async nextRequested(): Promise<Sweep | null> {
    const row = await this.manager
      .createQueryBuilder(SweepRow, 'sweep')
      .where('sweep.report IS NULL')
      .orderBy('sweep.requestedAt', 'ASC')
      .getOne();
    return row === null ? null : toSweep(row);
  }

  async record({ id, requestedAt, requestedBy, isDryRun, report }: Sweep): Promise<void> {
    const stored = JSON.stringify(report);
    await this.manager.query(RECORD, [id, requestedAt, requestedBy, isDryRun, stored]);
    await this.manager.query(FORGET_OLD, [KEPT]);
  }

  async find(id: SweepId): Promise<Sweep | null> {
    const row = await this.manager.findOneBy(SweepRow, { id });
    return row === null ? null : toSweep(row);
  }

  async latest(): Promise<Sweep | null> {
    const row = await this.manager
      .createQueryBuilder(SweepRow, 'sweep')
      .where('sweep.report IS NOT NULL')
      .orderBy('sweep.requestedAt', 'DESC')
      .limit(1)
      .getOne();
    return row === null ? null : toSweep(row);
  }
}

function toSweep({ id, requestedAt, requestedBy, isDryRun, report }: SweepRow): Sweep {
  const parsed = StoredSweepReport.nullable().safeParse(report);
  if (!parsed.success) throw malformed('sweeps', id, parsed.error);
  return { id: id as SweepId, requestedAt, requestedBy, isDryRun, report: parsed.data };
}
