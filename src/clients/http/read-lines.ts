const NEWLINE = 0x0a;

/**
 * The lines of a body that comes in pieces, without their ends; null stands for a line of more than
 * `lineBytesMax` bytes, which is passed over without being kept. What follows the last newline is
 * dropped: the connection was cut in the middle of it.
 */
export async function* readLines(
  pieces: AsyncIterable<Uint8Array>,
  lineBytesMax: number,
): AsyncGenerator<string | null> {
  const line = new LineBuffer(lineBytesMax);
  for await (const piece of pieces) {
    let from = 0;
    for (;;) {
      const end = piece.indexOf(NEWLINE, from);
      if (end < 0) break;
      line.add(piece.subarray(from, end));
      yield line.take();
      from = end + 1;
    }
    line.add(piece.subarray(from));
  }
}

/** The line that is being read, or only its length once it is too long to be kept. */
class LineBuffer {
  #parts: Uint8Array[] = [];
  #bytes = 0;

  constructor(private readonly bytesMax: number) {}

  add(part: Uint8Array): void {
    this.#bytes += part.length;
    if (this.#bytes > this.bytesMax) this.#parts = [];
    else if (part.length > 0) this.#parts.push(part);
  }

  take(): string | null {
    const text = this.#bytes > this.bytesMax ? null : Buffer.concat(this.#parts).toString('utf8');
    this.#parts = [];
    this.#bytes = 0;
    return text;
  }
}
