import type { FaultCode } from '../../../src/errors/index.js';
import { Fault } from '../../../src/errors/index.js';
import type { FaultPlan } from '../core/fault-plan.js';
import type { SimEvent } from '../core/event-queue.js';
import type { Process, Simulation } from '../core/simulation.js';

/** The systems that processes speak to, each with the fault that its silence is. */
const SILENCE = {
  nomad: 'nomad_unreachable',
  vault: 'vault_unreachable',
  consul: 'consul_unreachable',
  gateway: 'gateway_unreachable',
} as const satisfies Record<string, FaultCode>;
export type System = keyof typeof SILENCE;

/** After this our clients take an unanswered call for a lost one. */
const CALL_LIMIT_MS = 10_000;

/** What one call is to be like. */
interface Call<Result> {
  readonly system: System;
  readonly label: string;
  readonly signal: AbortSignal;
  /** What happens at the other end, in one moment. */
  readonly effect: () => Result;
  /** Whether doing it twice in a row is the same call as far as a network is concerned. */
  readonly isWrite: boolean;
}

/**
 * Calls over a network that delays, loses, repeats and cuts off. What was sent arrives even if the
 * sender dies or gives up meanwhile; that is how late writes come about.
 */
export class Network {
  readonly #cut = new Set<string>();

  constructor(
    private readonly sim: Simulation,
    private readonly faults: FaultPlan,
  ) {}

  /** Cuts the process off from the system until `mend`. */
  cut(process: Process, system: System): void {
    this.#cut.add(`${process.name} ${system}`);
  }

  mendAll(): void {
    this.#cut.clear();
  }

  mend(process: Process, system: System): void {
    this.#cut.delete(`${process.name} ${system}`);
  }

  call<Result>(wish: Call<Result>): Promise<Result> {
    const { sim, faults } = this;
    const { system, label, signal } = wish;
    const process = sim.current();
    return new Promise((resolve, reject) => {
      let isOver = false;
      let limit: SimEvent | null = null;
      const fail = (sentence: string): void => {
        if (isOver) return;
        isOver = true;
        signal.removeEventListener('abort', giveUp);
        if (limit !== null) sim.cancel(limit);
        sim.note(`${label}: ${sentence}`);
        reject(new Fault(SILENCE[system], sentence));
      };
      const giveUp = (): void => {
        fail('the caller gave up');
      };
      if (signal.aborted) {
        giveUp();
        return;
      }
      signal.addEventListener('abort', giveUp, { once: true });
      if (sim.meetsItsFate(process, label)) return;
      const answerBy = sim.schedule(CALL_LIMIT_MS, process, () => {
        fail('no answer');
      });
      limit = answerBy;
      if (this.#cut.has(`${process.name} ${system}`)) return;
      if (faults.strikes('lost requests', 0.01)) return;
      const isSlow = faults.strikes('slow calls', 0.01);
      const there = sim.latency(0.3, isSlow ? 14_000 : 4);
      sim.schedule(there, null, () => {
        const outcome = outcomeOf(wish.effect);
        if (wish.isWrite && faults.strikes('repeated requests', 0.03)) this.#repeat(wish);
        if (faults.strikes('lost answers', 0.01)) return;
        sim.schedule(sim.latency(0.3, 4), process, () => {
          if (isOver || sim.meetsItsFate(process, `${label}, answered`)) return;
          isOver = true;
          sim.cancel(answerBy);
          signal.removeEventListener('abort', giveUp);
          if (outcome.kind === 'done') resolve(outcome.result);
          else reject(outcome.error);
        });
      });
    });
  }

  #repeat<Result>({ label, effect }: Call<Result>): void {
    const afterMs = this.faults.chanceOf('repeated requests').between(1, 8_000);
    this.sim.schedule(afterMs, null, () => {
      this.sim.note(`once more: ${label}`);
      outcomeOf(effect);
    });
  }
}

type CallOutcome<Result> =
  | { readonly kind: 'done'; readonly result: Result }
  | { readonly kind: 'refused'; readonly error: Fault };

function outcomeOf<Result>(effect: () => Result): CallOutcome<Result> {
  try {
    return { kind: 'done', result: effect() };
  } catch (error) {
    if (error instanceof Fault) return { kind: 'refused', error };
    throw error;
  }
}
