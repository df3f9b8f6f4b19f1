export function eventsIn(
  pieces: AsyncIterable<Uint8Array>,
): AsyncGenerator<{ readonly id: string; readonly name: string; readonly data: string }, void>;
export const STATES: readonly string[];
export function hasSettled(instance: { readonly state: string }): boolean;
