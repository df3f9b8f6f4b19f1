import { z } from 'zod';

/** Vault's answers about secrets with versions, as far as they are read. */

export const WrittenVersion = z.object({ data: z.object({ version: z.number().int() }) });

export const SecretMetadata = z.object({
  data: z.object({
    current_version: z.number().int(),
    versions: z.record(z.string(), z.object({ deletion_time: z.string(), destroyed: z.boolean() })),
  }),
});

/** The newest version of a secret: its number, 0 for none, and whether those who may can read it. */
export interface Newest {
  readonly version: number;
  /** `dead` is deleted or destroyed. */
  readonly state: 'alive' | 'dead' | 'none';
}

/** What the metadata say of the newest version; null for a secret that there is not. */
export function newestOf(metadata: z.infer<typeof SecretMetadata> | null): Newest {
  const version = metadata?.data.current_version ?? 0;
  if (version === 0) return { version, state: 'none' };
  const newest = metadata?.data.versions[String(version)];
  const isAlive = newest !== undefined && !newest.destroyed && newest.deletion_time === '';
  return { version, state: isAlive ? 'alive' : 'dead' };
}

/** Names in a folder; those of folders end in a slash. */
export const KeyList = z.object({ data: z.object({ keys: z.array(z.string()) }) });

export const StoredToken = z.object({ data: z.object({ data: z.object({ token: z.string() }) }) });

export const CampaignValue = z.object({
  data: z.object({ data: z.object({ value: z.string() }) }),
});

/** `vault:v<version of the key>:<base64>`. */
export const KeyedHash = z.object({ data: z.object({ hmac: z.string() }) });

export const StoredSecret = z.object({
  data: z.object({ data: z.object({ secret: z.string() }) }),
});

/** Auth mounts by path; an accessor is how identities refer to the mount that made them. */
export const Mounts = z.object({
  data: z.record(z.string(), z.object({ accessor: z.string() })),
});

/** The identity that was looked up; an empty answer when there is none. */
export const Entity = z.union([z.literal(''), z.object({ data: z.object({ id: z.string() }) })]);
