import type { FaultCode } from '../../../src/errors/index.js';
import { Fault } from '../../../src/errors/index.js';

interface Planned {
  readonly method: string;
  /** `before`: nothing happens. `after`: it happens, and the caller does not learn of it. */
  readonly when: 'before' | 'after';
  readonly fault: Fault;
}

/**
 * What a fake was told to fail at. A test arranges each failure by the method it befalls:
 * `failNext` for a call that never arrives, `loseNextAnswer` for one whose answer is lost on the
 * way back, which is how a crash between two steps looks to whoever comes next.
 */
export class Trouble<Method extends string> {
  readonly #planned: Planned[] = [];
  #outage: Fault | null = null;

  constructor(private readonly unreachable: FaultCode) {}

  /** The next call of `method` fails and changes nothing. */
  failNext(method: Method, code: FaultCode = this.unreachable): void {
    this.#planned.push({ method, when: 'before', fault: faultOf(code) });
  }

  /** The next call of `method` is carried out, and fails all the same. */
  loseNextAnswer(method: Method): void {
    this.#planned.push({ method, when: 'after', fault: faultOf(this.unreachable) });
  }

  /** Every call fails from now on, until `recover`. */
  breakDown(code: FaultCode = this.unreachable): void {
    this.#outage = faultOf(code);
  }

  recover(): void {
    this.#outage = null;
  }

  /** Runs `work` as `method` unless trouble was planned for it; fakes wrap each method in this. */
  async meet<Result>(
    method: Method,
    signal: AbortSignal,
    work: () => Result | Promise<Result>,
  ): Promise<Result> {
    if (signal.aborted) throw faultOf(this.unreachable);
    if (this.#outage !== null) throw this.#outage;
    const at = this.#planned.findIndex((planned) => planned.method === method);
    const [planned] = at < 0 ? [] : this.#planned.splice(at, 1);
    if (planned?.when === 'before') throw planned.fault;
    const result = await work();
    if (planned !== undefined) throw planned.fault;
    return result;
  }
}

function faultOf(code: FaultCode): Fault {
  return new Fault(code, 'A test arranged this failure.');
}
