import type { RemoteCall } from './remote-ports.js';

/** A moment in the binding of an instance: before or after one call to the outside. */
export interface CrashPoint {
  readonly when: 'before' | 'after';
  readonly port: RemoteCall['port'];
  readonly method: string;
}

/**
 * The calls of a binding, in its order. What the controller writes to its database between two of
 * them is covered by both sides: the end of one call and the beginning of the next.
 */
const CALLS: readonly Omit<CrashPoint, 'when'>[] = [
  { port: 'tokens', method: 'ensureToken' },
  { port: 'catalog', method: 'find' },
  { port: 'gateway', method: 'startupState' },
  { port: 'announcements', method: 'announce' },
  { port: 'gateway', method: 'tryToken' },
  { port: 'edge', method: 'tryToken' },
  { port: 'gateway', method: 'appliedRevision' },
];

/** Every point at which a controller is killed. */
export const CRASH_POINTS: readonly CrashPoint[] = CALLS.flatMap((call) => [
  { ...call, when: 'before' } as const,
  { ...call, when: 'after' } as const,
]);

/** How the point is called in what is printed, e.g. `before tokens.ensureToken`. */
export function nameOf({ when, port, method }: CrashPoint): string {
  return `${when} ${port}.${method}`;
}
