import type { InstanceId } from '../../domain/ids.js';
import type { DifferenceKind } from '../../domain/sweep/find-differences.js';
import { DIFFERENCE_KINDS } from '../../domain/sweep/find-differences.js';
import type { SweepInventory } from '../../domain/sweep/inventory.js';
import type { SweepAction, SweepMemory, SweepPlan } from '../../domain/sweep/plan-sweep.js';
import { forgetting, isKill, planSweep } from '../../domain/sweep/plan-sweep.js';
import type { ActReport, SweepReport } from '../../domain/sweep/report.js';
import { monotonicMs } from '../../lib/clock.js';
import type { Census } from '../../ports/index.js';
import type { Outside } from '../instance/outside.js';
import { carryOut } from './carry-out.js';
import { takeInventory } from './take-inventory.js';

/** Findings that one report shows; their number is told in full. */
const FINDINGS_SHOWN = 200;

export interface SweeperOptions {
  readonly outside: Outside;
  readonly census: Census;
  /** Who we are, as our jobs say it. */
  readonly installation: string;
}

/**
 * Makes the outside agree with the database, in both directions, one pass at a time. Whoever runs
 * it sees to it that only one does; two at once do everything twice, which is harmless.
 */
export class Sweeper {
  #memory: SweepMemory = new Map();

  constructor(private readonly options: SweeperOptions) {}

  /** One pass. A dry run looks and remembers like any other, and touches nothing. */
  async sweep(
    { isDryRun }: { readonly isDryRun: boolean },
    signal: AbortSignal,
  ): Promise<SweepReport> {
    const { outside, census, installation } = this.options;
    const startedMs = monotonicMs();
    const inventory = await takeInventory({ ...outside, census, installation }, signal);
    const at = outside.clock.now();
    const plan = planSweep(inventory, this.#memory, at);
    this.#memory = plan.memory;

    const acted: ActReport[] = [];
    for (const action of plan.actions) {
      if (signal.aborted) break;
      acted.push(isDryRun ? reportOf(action, 'dry_run') : await this.#act(action, signal));
    }
    const failed = acted.filter(({ outcome }) => outcome === 'failed');
    this.#memory = forgetting(plan.memory, new Set(failed.map(({ instanceId }) => instanceId)));
    return {
      at,
      isDryRun,
      tookMs: Math.round(monotonicMs() - startedMs),
      ...countsOf(inventory, plan),
      acted,
    };
  }

  /** What was seen before others swept says nothing about now. */
  forget(): void {
    this.#memory = new Map();
  }

  /** One act that fails keeps none of the others from being done. */
  async #act(action: SweepAction, signal: AbortSignal): Promise<ActReport> {
    const { outside } = this.options;
    const { kind, because } = action;
    const fields = { instanceId: idOf(action), kind, reason: because.join(', ') };
    try {
      const outcome = await carryOut(outside, action, signal);
      if (outcome === 'overtaken') outside.log.info('not swept: it changed meanwhile', fields);
      else outside.log.warn('swept', { ...fields, outcome });
      return reportOf(action, outcome);
    } catch (error) {
      outside.log.warn('not swept, trying again', { ...fields, error });
      return reportOf(action, 'failed');
    }
  }
}

function idOf(action: SweepAction): InstanceId {
  return action.kind === 'clear_away' ? action.instanceId : action.instance.id;
}

function reportOf(action: SweepAction, outcome: ActReport['outcome']): ActReport {
  const { kind, because } = action;
  return { kind, instanceId: idOf(action), because, isKill: isKill(action), outcome };
}

function countsOf(inventory: SweepInventory, plan: SweepPlan) {
  const { rows, jobs, variables, secrets, services } = inventory;
  const { findings, deferred, waiting, suspicion } = plan;
  const tally = new Map<DifferenceKind, number>(DIFFERENCE_KINDS.map((kind) => [kind, 0]));
  for (const { kind } of findings) tally.set(kind, (tally.get(kind) ?? 0) + 1);
  return {
    seen: {
      rows: rows.length,
      jobs: jobs.length,
      variables: variables.length,
      secrets: secrets.length,
      services: services.length,
    },
    counts: Object.fromEntries(tally) as Record<DifferenceKind, number>,
    findings: findings.slice(0, FINDINGS_SHOWN),
    deferred,
    waiting,
    suspicion,
  };
}
