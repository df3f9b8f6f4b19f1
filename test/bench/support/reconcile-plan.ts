import { z } from 'zod';

/** What the process that reconciles is told. */
export const ReconcilePlan = z.object({
  url: z.string(),
  poolId: z.string(),
  passes: z.number(),
  /** Members that vanish before each pass, and that it has to replace. */
  missing: z.number(),
  /** How long a whole controller then runs over the same members, in milliseconds. */
  controllerForMs: z.number(),
});
export type ReconcilePlan = z.infer<typeof ReconcilePlan>;

/** What it measured; memory is that of the whole process, the TypeScript loader included. */
export const ReconcileResult = z.object({
  passMs: z.array(z.number()),
  created: z.number(),
  /** Resident memory before the controller began: the program, TypeORM and the loader, in MB. */
  loadedMb: z.number(),
  /** Resident memory, sampled while the controller ran, in MB. */
  residentMb: z.array(z.number()),
  /** What the controller still holds after a collection, in MB. */
  heapMb: z.number(),
  /** How long each of the controller's own passes over the pool took, in ms. */
  controllerPassMs: z.array(z.number()),
});
export type ReconcileResult = z.infer<typeof ReconcileResult>;
