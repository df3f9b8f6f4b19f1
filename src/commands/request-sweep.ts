import { ID_SUFFIX_LENGTH, sweepIdOf } from '../domain/ids.js';
import type { Caller } from '../domain/principal.js';
import type { Sweep } from '../domain/sweep/report.js';
import type { Clock } from '../lib/clock.js';
import { randomBase32 } from '../lib/random.js';
import type { Store } from '../ports/index.js';
import { assertOperator } from './assert-operator.js';
import { actorOf } from './visibility.js';

/**
 * Asks for a pass of the sweeper, to be done by a controller within seconds. One that waits already
 * is as good as another one, so asking again changes nothing.
 */
export class RequestSweep {
  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
  ) {}

  async execute(request: { readonly caller: Caller; readonly isDryRun: boolean }): Promise<Sweep> {
    const { caller, isDryRun } = request;
    assertOperator(caller.principal);
    const requestedAt = this.clock.now();
    const requestedBy = actorOf(caller.principal);
    const id = sweepIdOf(randomBase32(ID_SUFFIX_LENGTH));
    return this.store.transaction(async (tx) => {
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
      return sweep;
    });
  }
}
