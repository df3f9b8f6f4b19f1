import { z } from 'zod';

/** One registration of a service with the checks that count for it. */
export const ServiceEntry = z.object({
  Node: z.object({ Node: z.string(), Address: z.string() }),
  Service: z.object({
    Address: z.string(),
    Port: z.number().int(),
    CreateIndex: z.number(),
    Meta: z.record(z.string(), z.string()).nullish(),
  }),
  Checks: z.array(z.object({ Status: z.string() })),
});
export type ServiceEntry = z.infer<typeof ServiceEntry>;

/** What the package hands out when asked for headers too: the answer and its decoded body. */
export const Answer = z.tuple([
  z.object({ headers: z.record(z.string(), z.unknown()) }),
  z.array(ServiceEntry),
]);
