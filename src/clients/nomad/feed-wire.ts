import { z } from 'zod';

/** What Nomad tells while things happen, as far as this product reads it. */

/** A placement in a listing, of which only its last change counts. */
export const PlacementList = z.array(z.object({ JobID: z.string(), ModifyIndex: z.number() }));

export const NodeStub = z.object({
  ID: z.string(),
  Name: z.string(),
  NodePool: z.string(),
  Status: z.string(),
  SchedulingEligibility: z.string(),
  Drain: z.boolean(),
});
export type NodeStub = z.infer<typeof NodeStub>;
export const NodeList = z.array(NodeStub);

/** A line of the event stream: what one write changed, or an empty object as a sign of life. */
export const EventLine = z.object({
  Events: z
    .array(z.object({ Key: z.string(), FilterKeys: z.array(z.string()).nullish() }))
    .nullish(),
});
