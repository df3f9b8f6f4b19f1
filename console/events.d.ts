export function eventsIn(
  pieces: AsyncIterable<Uint8Array>,
): AsyncGenerator<{ readonly id: string; readonly name: string; readonly data: string }, void>;
