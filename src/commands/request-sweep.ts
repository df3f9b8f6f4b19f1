import type { SweepId } from '../domain/ids.js';
import { ID_SUFFIX_LENGTH, sweepIdOf } from '../domain/ids.js';
import type { Sweep } from '../domain/sweep/report.js';
import { Fault } from '../errors/index.js';
import type { Clock } from '../lib/clock.js';
import { randomBase32 } from '../lib/random.js';
import type { Repositories, Store } from '../ports/index.js';
import { assertOperator } from './assert-operator.js';
import type { Repeatable } from './idempotency.js';
import { beginOnce, entryFor } from './idempotency.js';
import { actorOf } from './visibility.js';

/**
 * Asks for a pass of the sweeper, to be done by a controller within seconds. One that waits already
 * is as good as another one, so asking again changes nothing. Faults: `forbidden`,
 * `idempotency_key_reused`, and `sweep_unknown` for a repeated request whose report is not kept any more.
 */
export class RequestSweep {
  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
  ) {}

  async execute(request: Repeatable & { readonly isDryRun: boolean }): Promise<Sweep> {
    const { caller, isDryRun } = request;
    assertOperator(caller.principal);
    const idempotency = entryFor(request, { operation: 'requestSweep', isDryRun });
    const requestedAt = this.clock.now();
    const requestedBy = actorOf(caller.principal);
    const id = sweepIdOf(randomBase32(ID_SUFFIX_LENGTH));
    return this.store.transaction(async (tx) => {
      const madeId = await beginOnce(tx.idempotency, idempotency);
      if (madeId !== null) return again(tx, madeId as SweepId);
      const sweep = await tx.sweeps.request({
        id,
        requestedAt,
        requestedBy,
        isDryRun,
        report: null,
      });
      await tx.audit.append({
        at: requestedAt,
        actor: requestedBy,
        action: 'sweep.request',
        target: sweep.id,
        outcome: 'done',
        requestId: caller.requestId,
        from: caller.from,
        details: { isDryRun },
      });
      if (idempotency !== null) await tx.idempotency.settle(idempotency, sweep.id);
      return sweep;
    });
  }
}

/** The last hundred are kept, which is less than a day of them where many are asked for. */
async function again(tx: Repositories, id: SweepId): Promise<Sweep> {
  const sweep = await tx.sweeps.find(id);
  if (sweep !== null) return sweep;
  throw new Fault('sweep_unknown', 'It was done, and so many since that its report is not kept.');
}
