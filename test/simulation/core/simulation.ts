import type { Clock } from '../../../src/lib/clock.js';
import { NOON } from '../../support/builders.js';
import { Chance } from './chance.js';
import type { SimEvent } from './event-queue.js';
import { EventQueue } from './event-queue.js';
import type { VirtualMachine } from './virtual-globals.js';
import { VirtualTimer, virtualizeGlobals } from './virtual-globals.js';

const afterMicrotasks = setImmediate;

/** One life of a process: what is killed never goes on, and its successor is another one. */
export interface Process {
  readonly name: string;
  isAlive: boolean;
  /** Until when it stands still, e.g. for a machine that swaps. */
  stalledUntilMs: number;
  /** How far its clock is off. */
  clockOffMs: number;
}

/** What may happen to a process when it is about to take a step. */
export type StepFate = 'go' | 'crash';

/**
 * Virtual time and order. Everything that waits is an event; one event at a time runs, with all that
 * follows from it without waiting, and chance alone says how long each thing takes and so what comes
 * before what.
 */
export class Simulation implements VirtualMachine {
  readonly chance: Chance;
  readonly #queue = new EventQueue();
  readonly #latency: Chance;
  readonly #processes = new Map<string, Process>();
  readonly trace: string[] = [];
  #nowMs = 0;
  #current: Process | null = null;
  #scheduled = 0;
  steps = 0;
  /** Asked at each step of a process that may be killed. */
  fateOf: (process: Process, label: string) => StepFate = () => 'go';
  onCrash: (process: Process) => void = () => undefined;

  constructor(readonly seed: number) {
    this.chance = new Chance(seed, 'product');
    this.#latency = new Chance(seed, 'latency');
  }

  isAtWork(): boolean {
    return this.#current !== null;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  now(): Date {
    return new Date(NOON.getTime() + this.#nowMs);
  }

  /** The clock of the machine that the process runs on. */
  clockOf(process: Process): Clock {
    return { now: () => new Date(NOON.getTime() + this.#nowMs + process.clockOffMs) };
  }

  note(sentence: string): void {
    const who = this.#current?.name ?? 'world';
    this.trace.push(
      `${(this.#nowMs / 1000).toFixed(3).padStart(9)}  ${who.padEnd(14)} ${sentence}`,
    );
  }

  /** Begins a process; `body` is its first step. */
  spawn(name: string, body: (process: Process) => void, afterMs = 0): Process {
    const process: Process = { name, isAlive: true, stalledUntilMs: 0, clockOffMs: 0 };
    this.#processes.set(name, process);
    this.schedule(afterMs, process, () => {
      body(process);
    });
    return process;
  }

  /** The process that is at work. */
  current(): Process {
    if (this.#current === null) throw new Error('nobody is at work');
    return this.#current;
  }

  schedule(afterMs: number, process: Process | null, run: () => void): SimEvent {
    this.#scheduled += 1;
    const event: SimEvent = {
      ...{ atMs: this.#nowMs + afterMs, order: this.#scheduled, isCancelled: false },
      ...{ who: process?.name ?? null, run },
    };
    this.#queue.push(event);
    return event;
  }

  timer(ms: number, run: () => void): VirtualTimer {
    const event = this.schedule(Math.max(0, ms), this.#current, run);
    return new VirtualTimer(() => {
      this.cancel(event);
    });
  }

  cancel(event: SimEvent): void {
    this.#queue.cancel(event);
  }

  /** Lets time pass for the process that is at work, and everybody else go on meanwhile. */
  wait(ms: number): Promise<void> {
    const process = this.#current;
    return new Promise((resolve) => {
      this.schedule(ms, process, resolve);
    });
  }

  /** A short, random wait between `least` and `most` milliseconds. */
  latency(least: number, most: number): number {
    return least + this.#latency.share() * (most - least);
  }

  /** A point at which the process may be overtaken by anybody, or killed. */
  step(label: string, ms: number): Promise<void> {
    const process = this.current();
    return new Promise((resolve) => {
      this.schedule(ms, process, () => {
        if (this.meetsItsFate(process, label)) return;
        resolve();
      });
    });
  }

  /** Kills the process if its time has come; what it was about to do is then never done. */
  meetsItsFate(process: Process, label: string): boolean {
    this.steps += 1;
    if (this.fateOf(process, label) === 'go') return false;
    this.note(`is killed before: ${label}`);
    this.kill(process);
    return true;
  }

  kill(process: Process): void {
    process.isAlive = false;
    this.#processes.delete(process.name);
    this.onCrash(process);
  }

  /**
   * Runs events until `isOver` or until `untilMs`; `check` is called after each of them, and what it
   * throws ends the run.
   */
  async run(untilMs: number, isOver: () => boolean, check: () => void): Promise<void> {
    const restore = virtualizeGlobals(this);
    // Thousands of deadlines pass unnoticed in a run, and each would record where it was.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    try {
      for (;;) {
        const event = this.#queue.pop();
        if (event === undefined || event.atMs > untilMs) {
          if (event !== undefined) this.#queue.push(event);
          this.#nowMs = Math.max(this.#nowMs, untilMs);
          return;
        }
        if (!this.#mayRun(event)) continue;
        this.#nowMs = Math.max(this.#nowMs, event.atMs);
        event.run();
        await new Promise((resolve) => afterMicrotasks(resolve));
        this.#current = null;
        check();
        if (isOver()) return;
      }
    } finally {
      this.#current = null;
      Error.stackTraceLimit = stackTraceLimit;
      restore();
    }
  }

  /** Whether the event happens now: not for the dead, and later for whoever stands still. */
  #mayRun(event: SimEvent): boolean {
    if (event.isCancelled) return false;
    if (event.who === null) {
      this.#current = null;
      return true;
    }
    const process = this.#processes.get(event.who);
    if (process === undefined) return false;
    if (process.stalledUntilMs > event.atMs) {
      event.atMs = process.stalledUntilMs;
      this.#queue.push(event);
      return false;
    }
    this.#current = process;
    return true;
  }
}
