import type { InstanceId } from '../../domain/ids.js';
import type { Instance } from '../../domain/instance.js';
import { Fault } from '../../errors/index.js';

/** Nobody tried for longer than any wait between two tries: the time until now does not count. */
const UNTRIED_MS = 90_000;
/** Instances remembered at once; the one longest untried is forgotten first, which costs it time. */
const KNOWN_MAX = 5_000;

interface Tried {
  readonly fence: number;
  readonly state: Instance['state'];
  sinceMs: number;
  lastMs: number;
}

/**
 * Since when an instance has been tried in its state while everything of ours that this needs was
 * there: its deadline counts from then. While Vault is sealed, or the scheduler, the catalog or the
 * database is away, or no controller runs, an instance can do nothing wrong, and giving its owner
 * another one would help nobody.
 *
 * A memory that may be lost: an instance that another controller takes over has its whole time.
 */
export class Patience {
  readonly #tried = new Map<InstanceId, Tried>();

  /** The instance as its deadlines see it; to be called at each try. */
  asTried(instance: Instance, now: Date): Instance {
    const { id, fence, state, stateAt } = instance;
    const nowMs = now.getTime();
    const known = this.#tried.get(id);
    const isSame = known?.fence === fence && known.state === state;
    const isFirst = known === undefined || !isSame;
    const wasAway =
      known !== undefined && (nowMs - known.lastMs > UNTRIED_MS || nowMs < known.lastMs);
    const firstMs = nowMs - stateAt.getTime() > UNTRIED_MS ? nowMs : stateAt.getTime();
    const sinceMs = isFirst ? firstMs : wasAway ? nowMs : known.sinceMs;
    this.#remember(id, { fence, state, sinceMs, lastMs: nowMs });
    return { ...instance, stateAt: new Date(sinceMs) };
  }

  /** Something of ours failed it: its time begins anew. */
  excuse(id: InstanceId, now: Date): void {
    const known = this.#tried.get(id);
    if (known !== undefined)
      Object.assign(known, { sinceMs: now.getTime(), lastMs: now.getTime() });
  }

  forget(id: InstanceId): void {
    this.#tried.delete(id);
  }

  #remember(id: InstanceId, tried: Tried): void {
    this.#tried.delete(id);
    const [oldest] = this.#tried.keys();
    if (this.#tried.size >= KNOWN_MAX && oldest !== undefined) this.#tried.delete(oldest);
    this.#tried.set(id, tried);
  }
}

/** Whether a failure says nothing of the instance: whatever failed is ours, not its gateway. */
export function isOurTrouble(error: unknown): boolean {
  if (!(error instanceof Fault) || error.kind !== 'unavailable') return false;
  return error.code !== 'gateway_unreachable' && error.code !== 'gateway_refused';
}
