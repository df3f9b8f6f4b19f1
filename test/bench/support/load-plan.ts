import { z } from 'zod';

/** What the load generator is told to send, and when. */
export const LoadPlan = z.object({
  /** Base URLs of the API's replicas, taken in turn. */
  urls: z.array(z.url()).min(1),
  token: z.string(),
  /** Makes tenants and idempotency keys of this plan different from those of others. */
  prefix: z.string(),
  /** When each claim is to start, in milliseconds from the beginning, in order. */
  atMs: z.array(z.number()),
  /** Requests that wait for an answer at once, at most, so that a dead API cannot pile up sockets. */
  socketsMax: z.number(),
  /** How long an answer may take, in milliseconds. */
  limitMs: z.number(),
});
export type LoadPlan = z.infer<typeof LoadPlan>;

/** One claim as the generator saw it; all times in milliseconds from the beginning of the plan. */
export const Shot = z.object({
  intendedMs: z.number(),
  sentMs: z.number(),
  answeredMs: z.number(),
  /** HTTP status; 0 when there was no answer. */
  status: z.number(),
  /** Who got it, or the fault's code, or what broke. */
  says: z.string(),
});
export type Shot = z.infer<typeof Shot>;

/** What the generator hands back. */
export const LoadResult = z.object({
  shots: z.array(Shot),
  /** 99th percentile of how long the generator's own event loop was held up, in milliseconds. */
  loopDelayP99Ms: z.number(),
  /** Processor time that the generator took, in seconds. */
  cpuSeconds: z.number(),
});
export type LoadResult = z.infer<typeof LoadResult>;
