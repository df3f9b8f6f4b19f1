import { changesOf, copyOf, keyOf } from './plain-data.js';

/** One atomic step of one process, of the outside world, or of what goes wrong. */
export interface Action<State> {
  /** Who does what, as a person reads it in a trace. */
  readonly name: string;
  /**
   * A crash, a lost answer, a step that nobody promises to take. It may happen at any time, and
   * nothing that must come about in the end may need it.
   */
  readonly isFault: boolean;
  readonly when: (state: State) => boolean;
  /** Changes a copy of the state; must not be called where `when` is false. */
  readonly then: (draft: State) => void;
}

/** A step that the system takes sooner or later while it can. */
export function step<State>(
  name: string,
  when: Action<State>['when'],
  then: Action<State>['then'],
): Action<State> {
  return { name, isFault: false, when, then };
}

/** A step that may happen and on which nothing may count. */
export function fault<State>(
  name: string,
  when: Action<State>['when'],
  then: Action<State>['then'],
): Action<State> {
  return { name, isFault: true, when, then };
}

/** A system as its first state and everything that can happen in it. */
export interface Model<State> {
  readonly initial: State;
  readonly actions: readonly Action<State>[];
  /** What must hold in every state that can be reached, by its promise. */
  readonly invariants: Readonly<Record<string, (state: State) => boolean>>;
  /** Must stay reachable from every state without any further fault; absent: nothing is asked. */
  readonly goal?: { readonly name: string; readonly holds: (state: State) => boolean };
  /** The same for states that need not be told apart, e.g. after sorting like processes. */
  readonly key?: (state: State) => string;
  /** More states than this are a model that grew too large; exploring it fails. */
  readonly statesMax: number;
}

/** A promise that is not kept, and the shortest way to there. */
export interface Violation {
  readonly promise: string;
  readonly steps: readonly { readonly name: string; readonly changes: readonly string[] }[];
}

/** What exploring found; with a violation, the figures are those up to it. */
export interface Exploration {
  readonly states: number;
  readonly transitions: number;
  /** Steps to the state that is farthest from the first one. */
  readonly deepest: number;
  readonly violation: Violation | null;
}

/** Where a state was first seen from; states are numbered in the order of being found. */
interface Origin {
  readonly from: number;
  readonly action: number;
}

/**
 * Visits every reachable state, nearest first, so that the first violation found is a shortest one.
 *
 * After that, walks backwards from all states where the goal holds, over steps that are no faults.
 * A state not met on that walk is one from which no continuation, however fair, gets there.
 * Fails when there are more than `statesMax` states, for then nothing is known.
 */
export function explore<State>(model: Model<State>): Exploration {
  const search = new Search(model);
  search.run();
  return search.result();
}

/** The violation as numbered lines, each with what the step changed. */
export function describeViolation({ promise, steps }: Violation): string {
  const lines = steps.map(({ name, changes }, at) => {
    const number = String(at + 1).padStart(3);
    return [`${number}. ${name}`, ...changes.map((change) => `       ${change}`)].join('\n');
  });
  return [`not kept: ${promise}`, ...lines].join('\n');
}

class Search<State> {
  readonly #numbers = new Map<string, number>();
  readonly #origins: Origin[] = [];
  /** Pairs of numbers, from and to, of the steps that are no faults. */
  readonly #steps: number[] = [];
  readonly #goals: number[] = [];
  #frontier: { number: number; state: State }[] = [];
  #transitions = 0;
  #deepest = 0;
  #violation: Violation | null = null;

  constructor(private readonly model: Model<State>) {}

  run(): void {
    this.#visit(this.model.initial, { from: -1, action: -1 });
    while (this.#frontier.length > 0 && this.#violation === null) {
      const layer = this.#frontier;
      this.#frontier = [];
      for (const { number, state } of layer) this.#expand(number, state);
      if (this.#frontier.length > 0) this.#deepest += 1;
    }
    if (this.#violation === null) this.#checkGoal();
  }

  result(): Exploration {
    return {
      states: this.#origins.length,
      transitions: this.#transitions,
      deepest: this.#deepest,
      violation: this.#violation,
    };
  }

  #expand(from: number, state: State): void {
    for (const [action, { when, then, isFault }] of this.model.actions.entries()) {
      if (this.#violation !== null) return;
      if (!when(state)) continue;
      const next = copyOf(state);
      then(next);
      this.#transitions += 1;
      const to = this.#visit(next, { from, action });
      if (!isFault && this.model.goal !== undefined) this.#steps.push(from, to);
    }
  }

  /** The state's number; a new state is checked and put in line. */
  #visit(state: State, origin: Origin): number {
    const key = (this.model.key ?? keyOf)(state);
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;

    const number = this.#origins.length;
    if (number >= this.model.statesMax) {
      throw new Error(
        `More than ${this.model.statesMax} states, ${this.#deepest} steps deep: nothing is proven. ` +
          'Make the model smaller, or raise statesMax.',
      );
    }
    this.#numbers.set(key, number);
    this.#origins.push(origin);
    this.#frontier.push({ number, state });
    if (this.model.goal?.holds(state) === true) this.#goals.push(number);
    for (const [promise, holds] of Object.entries(this.model.invariants)) {
      if (!holds(state)) this.#violation ??= { promise, steps: this.#stepsTo(number) };
    }
    return number;
  }

  #checkGoal(): void {
    const { goal } = this.model;
    if (goal === undefined) return;
    const reached = this.#reachingGoal();
    const stuck = reached.indexOf(0);
    if (stuck < 0) return;
    const promise = `${goal.name} (out of reach after the last step, without further faults)`;
    this.#violation = { promise, steps: this.#stepsTo(stuck) };
  }

  /** One byte per state: 1 where some way without faults leads to the goal. */
  #reachingGoal(): Uint8Array {
    const { first, sources } = this.#stepsBackwards();
    const reached = new Uint8Array(this.#origins.length);
    const waiting = [...this.#goals];
    for (const number of waiting) reached[number] = 1;
    for (let to = waiting.pop(); to !== undefined; to = waiting.pop()) {
      for (const from of sources.subarray(first[to], first[to + 1])) {
        if (reached[from] === 1) continue;
        reached[from] = 1;
        waiting.push(from);
      }
    }
    return reached;
  }

  /** Per state, where steps to it come from: `sources` between its `first` and the next one's. */
  #stepsBackwards(): { first: Uint32Array; sources: Uint32Array } {
    const steps = this.#steps;
    const first = new Uint32Array(this.#origins.length + 1);
    for (let at = 1; at < steps.length; at += 2) raise(first, (steps[at] ?? 0) + 1, 1);
    for (let at = 1; at < first.length; at += 1) raise(first, at, first[at - 1] ?? 0);
    const free = first.slice();
    const sources = new Uint32Array(steps.length / 2);
    for (let at = 0; at < steps.length; at += 2) {
      const to = steps[at + 1] ?? 0;
      sources[free[to] ?? 0] = steps[at] ?? 0;
      raise(free, to, 1);
    }
    return { first, sources };
  }

  /** Walks the way to a state once more, for states on the way were not kept. */
  #stepsTo(number: number): Violation['steps'] {
    const way: number[] = [];
    for (let at = this.#origins[number]; at !== undefined && at.from >= 0;) {
      way.unshift(at.action);
      at = this.#origins[at.from];
    }
    let state = this.model.initial;
    return way.map((action) => {
      const before = state;
      state = copyOf(before);
      const taken = this.model.actions[action];
      taken?.then(state);
      return { name: taken?.name ?? '', changes: changesOf(before, state) };
    });
  }
}

function raise(counts: Uint32Array, at: number, by: number): void {
  counts[at] = (counts[at] ?? 0) + by;
}
