import type { InstanceId } from '../../../src/domain/ids.js';
import { Fault } from '../../../src/errors/index.js';
import type { Node, NodeListing, SchedulerFeed, SchedulerHint } from '../../../src/ports/index.js';
import { Trouble } from './trouble.js';

/** A scheduler's calls in memory: nodes, placements, and whoever listens to hints. */
export class FakeSchedulerFeed implements SchedulerFeed {
  readonly trouble = new Trouble<keyof SchedulerFeed>('nomad_unreachable');
  readonly #nodes = new Map<string, Node>();
  readonly #placements = new Map<InstanceId, number>();
  readonly #listeners = new Set<Listener>();
  readonly #waiting = new Set<() => void>();
  #index = 1;

  nodes(afterIndex: string | null, signal: AbortSignal): Promise<NodeListing> {
    return this.trouble.meet('nodes', signal, async () => {
      if (afterIndex === String(this.#index)) await this.#nodeChange(signal);
      return { nodes: [...this.#nodes.values()], index: String(this.#index) };
    });
  }

  placements(signal: AbortSignal): Promise<ReadonlyMap<InstanceId, number>> {
    return this.trouble.meet('placements', signal, () => new Map(this.#placements));
  }

  async *hints(signal: AbortSignal): AsyncGenerator<SchedulerHint> {
    const listener = await this.trouble.meet('hints', signal, () => new Listener(signal));
    this.#listeners.add(listener);
    try {
      yield { kind: 'missed' };
      for (;;) yield await listener.next();
    } finally {
      this.#listeners.delete(listener);
    }
  }

  /** Adds the node, or changes what is known of it. */
  putNode(node: Node): void {
    this.#nodes.set(node.id, node);
    this.#index += 1;
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }

  /** The instance's placement changed, and whoever listens hears of it. */
  change(instanceId: InstanceId): void {
    this.changeUnheard(instanceId);
    for (const listener of this.#listeners) {
      listener.tell({ kind: 'changed', instanceIds: [instanceId] });
    }
  }

  /** The instance's placement changed, and the hint of it is lost. */
  changeUnheard(instanceId: InstanceId): void {
    this.#placements.set(instanceId, (this.#placements.get(instanceId) ?? 0) + 1);
  }

  remove(instanceId: InstanceId): void {
    this.#placements.delete(instanceId);
  }

  /** Whoever listens loses the connection. */
  disconnect(): void {
    for (const listener of this.#listeners) listener.fail();
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  #nodeChange(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const giveUp = (): void => {
        this.#waiting.delete(wake);
        reject(lost());
      };
      const wake = (): void => {
        signal.removeEventListener('abort', giveUp);
        resolve();
      };
      signal.addEventListener('abort', giveUp, { once: true });
      this.#waiting.add(wake);
    });
  }
}

/** One reader of hints; what it has not read yet is kept for it. */
class Listener {
  readonly #unread: SchedulerHint[] = [];
  #isLost = false;
  #wake: (() => void) | null = null;

  constructor(signal: AbortSignal) {
    signal.addEventListener('abort', () => this.fail(), { once: true });
  }

  tell(hint: SchedulerHint): void {
    this.#unread.push(hint);
    this.#wake?.();
  }

  fail(): void {
    this.#isLost = true;
    this.#wake?.();
  }

  async next(): Promise<SchedulerHint> {
    for (;;) {
      if (this.#isLost) throw lost();
      const hint = this.#unread.shift();
      if (hint !== undefined) return hint;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

function lost(): Fault {
  return new Fault('nomad_unreachable', 'A test arranged this failure.');
}
