import { z } from 'zod';

/** Nomad's answers, as far as this product reads them. Unread fields are dropped, except of a job. */

const meta = z.record(z.string(), z.string()).nullish();

/** A job as the parser returns it: all of it, for it is sent back to be registered. */
export const ParsedJob = z.looseObject({ ID: z.string(), Meta: meta });
export type ParsedJob = z.infer<typeof ParsedJob>;

export const RegisteredJob = z.object({ ID: z.string(), Stop: z.boolean(), Meta: meta });
export type RegisteredJob = z.infer<typeof RegisteredJob>;

export const JobList = z.array(RegisteredJob);

const TaskEvent = z.object({
  Type: z.string(),
  DisplayMessage: z.string().nullish(),
  Details: z.record(z.string(), z.string()).nullish(),
});

export const AllocationStub = z.object({
  ID: z.string(),
  NodeID: z.string(),
  DesiredStatus: z.string(),
  ClientStatus: z.string(),
  CreateIndex: z.number(),
  /** Nanoseconds since 1970. */
  CreateTime: z.number(),
  TaskStates: z
    .record(
      z.string(),
      z.object({
        Restarts: z.number(),
        /** When it last came to run; null, or the year 1, before that. */
        StartedAt: z.string().nullish(),
        Events: z.array(TaskEvent).nullish(),
      }),
    )
    .nullish(),
});
export type AllocationStub = z.infer<typeof AllocationStub>;
export const AllocationList = z.array(AllocationStub);

const counts = z.record(z.string(), z.number()).nullish();

const PlacementMetric = z.object({
  NodesEvaluated: z.number(),
  NodesFiltered: z.number(),
  NodesInPool: z.number().optional(),
  ConstraintFiltered: counts,
  DimensionExhausted: counts,
});
export type PlacementMetric = z.infer<typeof PlacementMetric>;

export const EvaluationList = z.array(
  z.object({
    CreateIndex: z.number(),
    FailedTGAllocs: z.record(z.string(), PlacementMetric).nullish(),
  }),
);

export const VariableList = z.array(z.object({ Path: z.string() }));

export const Variable = z.object({
  ModifyIndex: z.number().int(),
  Items: z.record(z.string(), z.string()),
});

/** An answer of which only the success counts. */
export const Anything = z.unknown();
