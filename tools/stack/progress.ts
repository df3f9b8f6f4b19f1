import type { StackEvent } from './protocol.js';
import { STEPS } from './start-stack.js';
import type { StepName } from './start-stack.js';

const REFRESH_MS = 200;

/** What shows a start to a person. */
export interface StartProgress {
  /** Takes what `upStack` reports. */
  show(event: StackEvent): void;
  /** Ends the moving line; nothing is shown afterwards. */
  close(): void;
}

/**
 * Prints each step of a start when it is done, with the time it took; on a terminal a last line
 * names the steps that are still going on and for how long.
 */
export function startProgress(output: NodeJS.WriteStream): StartProgress {
  const beganAt = new Map<StepName, number>();
  const wipe = (): void => {
    if (output.isTTY) output.write('\r\x1b[2K');
  };
  const showPending = (): void => {
    if (beganAt.size === 0) return;
    const pending = [...beganAt].map(
      ([step, at]) => `${STEPS[step]} ${seconds(performance.now() - at)}`,
    );
    wipe();
    output.write(`  … ${pending.join(' · ')}`.slice(0, (output.columns || 100) - 1));
  };
  const timer = output.isTTY ? setInterval(showPending, REFRESH_MS) : null;
  return {
    show(event) {
      if (event.kind === 'began') {
        beganAt.set(event.step, performance.now());
        return;
      }
      wipe();
      if (event.kind === 'note') {
        output.write(`  ! ${event.text}\n`);
        return;
      }
      beganAt.delete(event.step);
      output.write(`  ✓ ${STEPS[event.step].padEnd(46)} ${seconds(event.tookMs)}\n`);
    },
    close() {
      if (timer !== null) clearInterval(timer);
      wipe();
    },
  };
}

/** `ms` as seconds with one decimal, right-aligned: "  1.2 s". */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1).padStart(5)} s`;
}
