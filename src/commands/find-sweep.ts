import type { SweepId } from '../domain/ids.js';
import type { Caller } from '../domain/principal.js';
import type { Sweep } from '../domain/sweep/report.js';
import { Fault } from '../errors/index.js';
import type { Store } from '../ports/index.js';
import { assertOverseer } from './assert-operator.js';

/** Shows one sweep, or with `latest` the last one that was done. */
export class FindSweep {
  constructor(private readonly store: Store) {}

  async execute({ caller, id }: { readonly caller: Caller; readonly id: string }): Promise<Sweep> {
    assertOverseer(caller.principal);
    const { sweeps } = this.store;
    const sweep = await (id === 'latest' ? sweeps.latest() : sweeps.find(id as SweepId));
    if (sweep !== null) return sweep;
    throw new Fault('sweep_unknown', 'No such sweep; only the reports of the last ones are kept.');
  }
}
