import cliProgress from 'cli-progress';
import type { SingleBar } from 'cli-progress';
import type { Instance } from '../../src/client/operation.js';
import { elapsed } from '../setup/elapsed.js';

/** How far a pool member is on its way, in the order of its states. */
const STEPS = ['creating', 'warming', 'idle'] as const;

/** Shows how pool members come to life. */
export interface MemberBars {
  /** Takes all members as they now are. */
  show(members: readonly Instance[]): void;
  /** A sentence beside them that stays to be read. */
  note(sentence: string): void;
  close(): void;
}

/** One bar per member on a terminal; elsewhere a line whenever a member takes a step. */
export function memberBars(output: NodeJS.WriteStream): MemberBars {
  return output.isTTY ? new Bars(output) : new Lines(output);
}

class Bars implements MemberBars {
  readonly #multi: cliProgress.MultiBar;
  readonly #bars = new Map<string, SingleBar>();

  constructor(output: NodeJS.WriteStream) {
    this.#multi = new cliProgress.MultiBar(
      {
        stream: output,
        format: '  {id}  {bar}  {state}  {took}',
        barsize: 24,
        barCompleteChar: '█',
        barIncompleteChar: '░',
        hideCursor: true,
        linewrap: false,
        // A bar is drawn as long as its member is on its way, and once more when it has arrived.
        stopOnComplete: false,
        forceRedraw: true,
      },
      cliProgress.Presets.legacy,
    );
  }

  show(members: readonly Instance[]): void {
    for (const member of members) {
      const facts = { id: member.id, state: member.state.padEnd(8), took: ageOf(member) };
      const bar = this.#bars.get(member.id);
      if (bar === undefined) {
        this.#bars.set(member.id, this.#multi.create(STEPS.length, stepOf(member), facts));
      } else {
        bar.update(stepOf(member), isDone(member) ? { ...facts, took: '' } : facts);
      }
    }
  }

  note(sentence: string): void {
    this.#multi.log(`  ! ${sentence}\n`);
  }

  close(): void {
    this.#multi.stop();
  }
}

class Lines implements MemberBars {
  readonly #states = new Map<string, string>();

  constructor(private readonly output: NodeJS.WriteStream) {}

  show(members: readonly Instance[]): void {
    for (const member of members) {
      const { id, state } = member;
      if (this.#states.get(id) === state) continue;
      this.#states.set(id, state);
      this.output.write(`  ${id}  ${state}${isDone(member) ? '' : `  ${ageOf(member)}`}\n`);
    }
  }

  note(sentence: string): void {
    this.output.write(`  ! ${sentence}\n`);
  }

  close(): void {
    this.#states.clear();
  }
}

function stepOf({ state }: Instance): number {
  return STEPS.findIndex((step) => step === state) + 1;
}

function isDone({ state }: Instance): boolean {
  return state === 'idle' || state === 'failed';
}

function ageOf({ createdAt }: Instance): string {
  return elapsed(Math.max(0, Date.now() - Date.parse(createdAt)));
}
