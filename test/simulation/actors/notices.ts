import type { InstanceId } from '../../../src/domain/ids.js';
import type { ChangeFeed, ChangeListener } from '../../../src/ports/index.js';
import type { FaultPlan } from '../core/fault-plan.js';
import type { Process, Simulation } from '../core/simulation.js';

interface Subscriber {
  readonly process: Process;
  readonly listener: ChangeListener;
  isDeaf: boolean;
}

/** The database's notices of changed instances: soon, sometimes twice, and lost in a gap. */
export class Notices {
  readonly #subscribers = new Set<Subscriber>();

  constructor(
    private readonly sim: Simulation,
    private readonly faults: FaultPlan,
  ) {}

  feedOf(process: Process): ChangeFeed {
    return {
      subscribe: (listener) => {
        const subscriber: Subscriber = { process, listener, isDeaf: false };
        this.#subscribers.add(subscriber);
        this.sim.schedule(1, process, () => {
          listener.onGap();
        });
        return () => {
          this.#subscribers.delete(subscriber);
        };
      },
    };
  }

  /** An instance's row was committed. */
  tell(id: InstanceId): void {
    for (const subscriber of this.#subscribers) {
      if (!subscriber.process.isAlive) this.#subscribers.delete(subscriber);
      else if (!subscriber.isDeaf) this.#tellOne(subscriber, id);
    }
  }

  #tellOne(subscriber: Subscriber, id: InstanceId): void {
    const { sim, faults } = this;
    const { process, listener } = subscriber;
    if (faults.strikes('lost notices', 0.01)) {
      subscriber.isDeaf = true;
      sim.schedule(faults.chanceOf('lost notices').between(500, 20_000), process, () => {
        subscriber.isDeaf = false;
        listener.onGap();
      });
      return;
    }
    sim.schedule(sim.latency(0.3, 5), process, () => {
      listener.onChange(id);
    });
  }
}
