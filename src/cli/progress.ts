import cliProgress from 'cli-progress';
import { monotonicMs } from '../lib/clock.js';
import { duration } from './text.js';
import type { Output } from './world.js';

/** Shows how far something is that takes long. */
export interface Progress {
  /** `step` of `of` is done; `what` says what is waited for. */
  update(step: number, of: number, what: string): void;
  end(): void;
}

/** A bar with the time that has passed on a terminal; elsewhere a line per change. */
export function startProgress(output: Output, title: string): Progress {
  return output.isTTY === true ? new Bar(output, title) : new Lines(output, title);
}

class Bar implements Progress {
  readonly #bar: cliProgress.SingleBar;

  constructor(output: Output, title: string) {
    const startedMs = monotonicMs();
    this.#bar = new cliProgress.SingleBar({
      stream: output,
      format: (options, { progress }, payload: { what?: string }) => {
        const bar = cliProgress.Format.BarFormat(progress, options);
        return `${title}  ${bar}  ${duration(monotonicMs() - startedMs)}  ${payload.what ?? ''}`;
      },
      barsize: 24,
      barCompleteChar: '█',
      barIncompleteChar: '░',
      hideCursor: true,
      clearOnComplete: true,
      forceRedraw: true,
    });
    this.#bar.start(1, 0, { what: '' });
  }

  update(step: number, of: number, what: string): void {
    this.#bar.setTotal(of);
    this.#bar.update(step, { what });
  }

  end(): void {
    this.#bar.stop();
  }
}

class Lines implements Progress {
  #said = '';

  constructor(
    private readonly output: Output,
    private readonly title: string,
  ) {}

  update(step: number, of: number, what: string): void {
    const line = `${this.title}: ${step}/${of} ${what}`.trimEnd();
    if (line === this.#said) return;
    this.#said = line;
    this.output.write(`${line}\n`);
  }

  end(): void {
    this.#said = '';
  }
}
