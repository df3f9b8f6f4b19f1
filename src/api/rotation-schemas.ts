import { extendZodWithOpenApi } from '@asteasolutions/zod-to-openapi';
import { z } from 'zod';
import { REVERT_REASONS, ROTATION_STATES } from '../domain/rotation.js';
import { InstancePath, ownerField } from './schemas.js';

extendZodWithOpenApi(z);

const instant = z.iso.datetime().openapi({ example: '2026-11-23T12:00:00.000Z' });

/** More keys than an instance can hold are refused by the command, with its own sentence. */
const NAMES_MAX = 64;

const keyName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,39}(\/[a-z0-9][a-z0-9-]{0,39})?$/, 'no key has a name like this');

const isEachOnce = (names: readonly string[]): boolean => new Set(names).size === names.length;

/**
 * A list and not an object by name: of a key that was sent in the place of its name nothing may come
 * back, and where something is wrong is told by its place.
 */
const secretValues = z
  .array(
    z.strictObject({
      name: keyName,
      value: z.string().openapi({ format: 'password', description: 'Kept in Vault alone.' }),
    }),
  )
  .max(NAMES_MAX)
  .refine((keys) => isEachOnce(keys.map(({ name }) => name)), 'name each key once');

export const KeysBody = z
  .strictObject({
    owner: ownerField,
    set: secretValues.default([]),
    remove: z.array(keyName).max(NAMES_MAX).refine(isEachOnce, 'name each key once').default([]),
  })
  .refine(({ set, remove }) => set.length + remove.length > 0, 'Name what to change.')
  .refine(
    ({ set, remove }) => !set.some(({ name }) => remove.includes(name)),
    'A key is either set or removed.',
  )
  .openapi('KeyChanges');

export const RotationBody = z
  .strictObject({
    owner: ownerField,
    keys: secretValues.refine(({ length }) => length > 0, 'name a key'),
  })
  .openapi('NewKeys');

/** The values by name, as commands take them. */
export function valuesOf(
  keys: readonly { readonly name: string; readonly value: string }[],
): Record<string, string> {
  return Object.fromEntries(keys.map(({ name, value }) => [name, value]));
}

/** Asks for one cheap call to the provider with the value, before anything is written. */
export const VerifyQuery = z.object({
  verify: z
    .enum(['true', 'false'])
    .default('false')
    .openapi({ description: 'true: ask the provider first whether it takes the key.' }),
});

export const RotationPath = InstancePath.extend({
  rotation: z.string().max(40).openapi({ example: 'ro-4fzk2m7qwxyz' }),
});

export const RotationShown = z
  .object({
    id: z.string(),
    instance: z.string(),
    number: z.number().int().openapi({ description: 'Counts the instance’s rotations.' }),
    names: z.array(z.string()).openapi({ description: 'Keys that get new values.' }),
    state: z.enum(ROTATION_STATES).openapi({
      description:
        'verified: the gateway answered with the new values, uses them, and the old ones are ' +
        'destroyed. reverted: the old values were in use all the time and the new ones are gone. ' +
        'unconfirmed: the new values are proven, and the gateway was not seen to use them yet.',
    }),
    failure: z
      .object({ code: z.enum(REVERT_REASONS), sentence: z.string() })
      .nullable()
      .openapi({ description: 'Why it was given up.' }),
    requestedAt: instant,
    provenAt: instant.nullable().openapi({ description: 'When a live call was answered.' }),
    closedAt: instant.nullable(),
  })
  .openapi('Rotation');

export const RotationList = z.object({ items: z.array(RotationShown) }).openapi('RotationList');
