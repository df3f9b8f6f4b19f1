import type { InstanceId } from '../../../src/domain/ids.js';
import type { Killer } from './controller-process.js';
import type { CrashPoint } from './crash-points.js';
import type { RemoteCall } from './remote-ports.js';

interface Armed {
  readonly point: CrashPoint;
  readonly onKill: (atMs: number) => void;
  /** Known a moment later than the first call may come. */
  readonly target: Promise<InstanceId>;
}

/**
 * Kills one controller, at one point, in the work for one instance. Calls may come before the
 * instance is known, for a claim is answered before it is bound: they wait until it is.
 */
export class KillOnce implements Killer {
  #armed: Armed | null = null;
  #aim: (instanceId: InstanceId) => void = () => undefined;

  constructor(private readonly addressOf: (instanceId: InstanceId) => string | null) {}

  /** Waits for the point; resolves with the instant of the kill. */
  arm(point: CrashPoint): Promise<number> {
    const target = new Promise<InstanceId>((resolve) => {
      this.#aim = resolve;
    });
    return new Promise((resolve) => {
      this.#armed = { point, target, onKill: resolve };
    });
  }

  aimAt(instanceId: InstanceId): void {
    this.#aim(instanceId);
  }

  before(call: RemoteCall): Promise<boolean> {
    return this.#hits('before', call);
  }

  after(call: RemoteCall): Promise<boolean> {
    return this.#hits('after', call);
  }

  async #hits(
    when: CrashPoint['when'],
    { port, method, parameters }: RemoteCall,
  ): Promise<boolean> {
    const armed = this.#armed;
    if (armed === null) return false;
    const { point, target, onKill } = armed;
    if (point.when !== when || point.port !== port || point.method !== method) return false;
    const [about] = parameters;
    const instanceId = await target;
    if (about !== instanceId && about !== this.addressOf(instanceId)) return false;
    // Another call may have hit while this one waited.
    if (this.#armed !== armed) return false;
    this.#armed = null;
    onKill(performance.now());
    return true;
  }
}
