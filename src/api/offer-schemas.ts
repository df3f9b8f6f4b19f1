import { extendZodWithOpenApi } from '@asteasolutions/zod-to-openapi';
import { z } from 'zod';
import { SIZE_CLASS_NAMES } from '../domain/size-classes.js';

extendZodWithOpenApi(z);

export const OffersShown = z
  .object({
    tenant: z.string().nullable().openapi({
      description: 'Whom your claims are for; null when each claim has to name its tenant.',
    }),
    region: z.string().openapi({ description: 'Where a claim runs that names no region.' }),
    items: z.array(z.object({ sizeClass: z.enum(SIZE_CLASS_NAMES), region: z.string() })),
    keys: z
      .array(
        z.object({
          name: z.string(),
          title: z.string(),
          isProvable: z
            .boolean()
            .openapi({ description: 'A rotation can prove it by a live call.' }),
        }),
      )
      .openapi({ description: 'Keys that a gateway can use.' }),
  })
  .openapi('Offers');
