import { z } from 'zod';

/** Keys of one issuer at once; rotations overlap by two or three. */
const KEYS_MAX = 100;

/** A key set. jose checks each key as it uses it; here only that there is a list of them. */
export const Jwks = z.object({
  keys: z
    .array(z.looseObject({ kty: z.string() }))
    .min(1)
    .max(KEYS_MAX),
});
