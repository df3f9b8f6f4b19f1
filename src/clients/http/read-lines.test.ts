import { expect } from 'chai';
import { readLines } from './read-lines.js';

describe('readLines', () => {
  it('finds lines wherever the pieces end, and within characters too', async () => {
    const text = '{"a":1}\n\n{"b":"ünï"}\nhalf';
    const bytes = Buffer.from(text);
    for (const size of [1, 2, 3, 7, 100]) {
      const pieces: Buffer[] = [];
      for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
      expect(await linesOf(pieces, 100), String(size)).to.deep.equal([
        '{"a":1}',
        '',
        '{"b":"ünï"}',
      ]);
    }
  });

  it('passes over a line that is too long, and reads on behind it', async () => {
    const long = 'x'.repeat(50);
    const pieces = ['12345\n', long, long, `${long}\n123456\n`, 'end\n'].map((s) => Buffer.from(s));

    expect(await linesOf(pieces, 5)).to.deep.equal(['12345', null, null, 'end']);
  });
});

async function linesOf(
  pieces: readonly Uint8Array[],
  bytesMax: number,
): Promise<(string | null)[]> {
  async function* source(): AsyncGenerator<Uint8Array> {
    yield* pieces;
  }
  const lines: (string | null)[] = [];
  for await (const line of readLines(source(), bytesMax)) lines.push(line);
  return lines;
}
