/** A demonstration that did not work out: what went wrong, and whose log says more. */
export class DemoFailure extends Error {
  constructor(
    sentence: string,
    /** Process of the stack whose log to read, as `make logs` names it. */
    readonly log: 'api' | 'controller' | 'edge' | 'nomad',
  ) {
    super(sentence);
    this.name = 'DemoFailure';
  }
}
