import { z } from 'zod';

/** What a worker is told at each of its starts. */
export const WorkerPlan = z.object({
  url: z.string(),
  /** Appended to, never rewritten: what stands there happened, whatever became of the worker. */
  notesFile: z.string(),
  worker: z.string(),
  /** Claims that it makes side by side. */
  lanes: z.number(),
  claimsPerLane: z.number(),
});
export type WorkerPlan = z.infer<typeof WorkerPlan>;

/** A line of a worker's file: it is about to try the key, got an answer, or got one again. */
export interface Note {
  readonly kind: 'try' | 'got' | 'again';
  readonly key: string;
  /** The instance that was answered; empty for a try. */
  readonly says: string;
}

const Kind = z.enum(['try', 'got', 'again']);

export function lineOf({ kind, key, says }: Note): string {
  return `${kind} ${key} ${says}\n`;
}

/** The notes of a file; a last line without its end was cut off by the kill and is left out. */
export function parseNotes(text: string): readonly Note[] {
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  return whole
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [kind, key = '', says = ''] = line.split(' ');
      return { kind: Kind.parse(kind), key, says };
    });
}

/** Each key is used for a tenant of its own, so that claims can be counted by key. */
export function tenantOf(key: string): string {
  return `tenant-of-${key}`;
}
