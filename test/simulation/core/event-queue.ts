/** Something that happens at an instant. */
export interface SimEvent {
  atMs: number;
  /** Which of those of the same instant comes first. */
  order: number;
  run: () => void;
  /** Who is at work while it runs; null for the world. */
  readonly who: string | null;
  isCancelled: boolean;
}

/** Below this size a heap is not worth tidying. */
const TIDY_FROM = 64;
const nothing = (): void => undefined;

/** Events by time: a binary heap. */
export class EventQueue {
  #heap: SimEvent[] = [];
  #cancelled = 0;

  get size(): number {
    return this.#heap.length;
  }

  push(event: SimEvent): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(event);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !isBefore(event, above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = event;
  }

  /** Most timers never fire: what they hold is let go at once, and they go when they are too many. */
  cancel(event: SimEvent): void {
    if (event.isCancelled) return;
    event.isCancelled = true;
    event.run = nothing;
    this.#cancelled += 1;
    if (this.#cancelled < TIDY_FROM || this.#cancelled * 2 < this.#heap.length) return;
    const left = this.#heap.filter(({ isCancelled }) => !isCancelled);
    this.#heap = left.sort((a, b) => a.atMs - b.atMs || a.order - b.order);
    this.#cancelled = 0;
  }

  pop(): SimEvent | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const [a, b] = [heap[left], heap[left + 1]];
      if (a === undefined) break;
      const isRight = b !== undefined && isBefore(b, a);
      const child = isRight ? b : a;
      if (!isBefore(child, last)) break;
      heap[at] = child;
      at = isRight ? left + 1 : left;
    }
    heap[at] = last;
    return first;
  }
}

function isBefore(a: SimEvent, b: SimEvent): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
