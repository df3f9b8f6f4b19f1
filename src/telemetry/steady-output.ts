import { writeSync } from 'node:fs';
import type { DestinationStream } from 'pino';

/** How much is kept while the output takes nothing, in bytes: some thousand lines. */
const KEPT_BYTES_MAX = 512 * 1024;
const STANDARD_OUTPUT = 1;

/** Writes what it can of the bytes and returns how many; throws when it can write nothing. */
type Write = (bytes: Uint8Array) => number;

/**
 * Where log lines go: an output that may be full, or have no reader, for a while.
 *
 * Pino's own destination ends the process at the first ENOSPC, as its `error` event finds no
 * listener; with a listener, its `flushSync` at exit sleeps and tries again for ever, whatever the
 * error. A log must neither end a process nor hold it: here a failed write is no failure, the lines
 * are kept up to a limit, and each later line tries again. Beyond the limit the newest are dropped,
 * and the first line after the gap says how many. Nothing is written in pieces of two lines mixed.
 */
export class SteadyOutput implements DestinationStream {
  /** Lines not yet written; of the first one perhaps only the rest. */
  readonly #kept: Uint8Array[] = [];
  #keptBytes = 0;
  #linesDropped = 0;

  constructor(private readonly writeSome: Write = (bytes) => writeSync(STANDARD_OUTPUT, bytes)) {}

  /** Takes one line, with its end, and writes it now if the output has room. Never throws. */
  write(line: string): void {
    if (this.#linesDropped > 0 && this.flush()) {
      const lines = this.#linesDropped;
      this.#linesDropped = 0;
      this.#keep(
        `${JSON.stringify({ level: 'warn', message: 'log lines were dropped', lines })}\n`,
      );
    }
    this.#keep(line);
    this.flush();
  }

  /** Writes what was kept, as far as there is room; tells whether all of it was written. */
  flush(): boolean {
    try {
      for (let first = this.#kept[0]; first !== undefined; first = this.#kept[0]) {
        const written = this.writeSome(first);
        if (written === 0) return false;
        this.#keptBytes -= written;
        if (written < first.length) this.#kept[0] = first.subarray(written);
        else this.#kept.shift();
      }
      return true;
    } catch {
      // The log is the only place to tell of it, and the log is what does not work.
      return false;
    }
  }

  #keep(line: string): void {
    const bytes = Buffer.from(line);
    if (this.#keptBytes + bytes.length > KEPT_BYTES_MAX) {
      this.#linesDropped += 1;
      return;
    }
    this.#kept.push(bytes);
    this.#keptBytes += bytes.length;
  }
}
