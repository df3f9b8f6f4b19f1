import { elapsed } from './elapsed.js';

const TICK_MS = 250;
const PLAIN_EVERY_MS = 30_000;
const SPINNER = ['|', '/', '-', '\\'];

/** One thing that is being done, as long as it is. */
export interface Task {
  /** The last line of the program that does it; shown, not kept. */
  readonly line: (text: string) => void;
  /** Another phase of the same task, e.g. first a download and then a build. */
  readonly phase: (doing: string) => void;
  readonly end: () => void;
}

/** Where progress is written; standard error, so that standard output holds the result alone. */
export interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

interface Running {
  readonly title: string;
  readonly startedAt: number;
  doing: string;
  last: string;
  saidAt: number;
}

/**
 * Says what is being done. On a terminal each running task has one line with its elapsed time,
 * redrawn in place; elsewhere a task says when it begins and then every 30 seconds that it lives.
 */
export class Progress {
  readonly #screen: Screen;
  readonly #now: () => number;
  readonly #running = new Set<Running>();
  #drawnLines = 0;
  #frame = 0;
  #ticker: NodeJS.Timeout | null = null;

  constructor(screen: Screen, now: () => number = () => performance.now()) {
    this.#screen = screen;
    this.#now = now;
  }

  /** Begins a task; `doing` says what is done and how long it usually takes. */
  begin(title: string, doing: string): Task {
    const now = this.#now();
    const task: Running = { title, doing, startedAt: now, last: '', saidAt: now };
    this.#running.add(task);
    if (!this.#isLive) this.#screen.write(`${title}: ${doing}\n`);
    this.#ticker ??= setInterval(() => this.tick(), TICK_MS);
    return {
      line: (text) => (task.last = text.trim()),
      phase: (next) => {
        task.doing = next;
        task.last = '';
        if (!this.#isLive) this.#screen.write(`${title}: ${next}\n`);
      },
      end: () => this.#end(task),
    };
  }

  /** Says something that stays on the screen. */
  say(text: string): void {
    this.#erase();
    this.#screen.write(`${text}\n`);
    this.#draw();
  }

  /** Redraws, or says that things take their time; called by a timer while tasks run. */
  tick(): void {
    this.#frame += 1;
    if (this.#isLive) {
      this.#erase();
      this.#draw();
      return;
    }
    const now = this.#now();
    for (const task of this.#running) {
      if (now - task.saidAt < PLAIN_EVERY_MS) continue;
      task.saidAt = now;
      const last = task.last === '' ? '' : `: ${task.last}`;
      this.#screen.write(
        `${task.title}: still at it after ${elapsed(now - task.startedAt)}${last}\n`,
      );
    }
  }

  get #isLive(): boolean {
    return this.#screen.isTTY === true;
  }

  #end(task: Running): void {
    this.#running.delete(task);
    if (this.#running.size === 0 && this.#ticker !== null) {
      clearInterval(this.#ticker);
      this.#ticker = null;
    }
    this.#erase();
    this.#draw();
  }

  #erase(): void {
    if (this.#drawnLines > 0) this.#screen.write(`\u001b[${this.#drawnLines}A\u001b[0J`);
    this.#drawnLines = 0;
  }

  #draw(): void {
    if (!this.#isLive) return;
    const width = Math.max(40, this.#screen.columns ?? 80) - 1;
    for (const task of this.#running) {
      const spinner = SPINNER[this.#frame % SPINNER.length] ?? '';
      const time = elapsed(this.#now() - task.startedAt);
      const last = task.last === '' ? '' : ` | ${task.last}`;
      const line = `${spinner} ${task.title}  ${time}  ${task.doing}${last}`;
      this.#screen.write(`${printable(line).slice(0, width)}\n`);
      this.#drawnLines += 1;
    }
  }
}

/** Without control characters, which programs use to draw and which would break our own drawing. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, ' ');
}
