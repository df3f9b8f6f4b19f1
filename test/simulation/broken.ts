/** A promise that was broken, with the instances whose trace tells how. */
export class Broken extends Error {
  override readonly name = 'Broken';

  constructor(
    promise: string,
    readonly about: readonly string[] = [],
  ) {
    super(promise);
  }
}

/** Something that still has to change, and the instance that it is about. */
export interface Unrest {
  readonly what: string;
  readonly about: string;
}
