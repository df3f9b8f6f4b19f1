/**
 * How the command line ends, so that scripts need not read its sentences. The numbers are part of
 * the interface: docs/cli.md lists them and they keep their meaning.
 */
export const EXIT = {
  ok: 0,
  failed: 1,
  /** Wrong arguments or input; nothing was done. */
  usage: 2,
  notFound: 3,
  /** The request met another state: a taken name, an instance that is not ready. */
  conflict: 4,
  /** No warm instance is free; waiting helps. */
  noCapacity: 5,
  /** The API, or something that it needs, does not answer. */
  unreachable: 6,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
