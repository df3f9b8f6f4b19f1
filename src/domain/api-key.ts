import { crc32Of } from '../lib/checksum.js';
import type { ApiKeyId } from './ids.js';
import { apiKeyIdOf } from './ids.js';
import type { Role } from './principal.js';
import type { ApiScope } from './scopes.js';

/** What is known of an API key; of its text only a digest, and that in the store alone. */
export interface ApiKey {
  readonly id: ApiKeyId;
  /** What people call it, e.g. `shop backend`. */
  readonly name: string;
  readonly role: Role;
  /** The only tenant that a key of the role `tenant` acts for; null for the other roles. */
  readonly tenantRef: string | null;
  /** What it is narrowed to; null for all that its role may do. */
  readonly scopes: readonly ApiScope[] | null;
  readonly createdAt: Date;
  readonly createdBy: string;
  readonly expiresAt: Date;
  /** Coarse: a use within five minutes of the one before leaves no mark. */
  readonly lastUsedAt: Date | null;
  readonly revokedAt: Date | null;
}

/** Longest life of a key, in days: whoever forgot about one is asked again within a year. */
export const API_KEY_DAYS_MAX = 365;
/** Random characters of a key beside its id, 5 bits each: more than the 256 bits of its digest. */
export const API_KEY_SECRET_LENGTH = 52;

const PREFIX = 'cdk';
const CHECK_LENGTH = 7;
const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';
const TEXT = /^(?<signed>cdk_(?<suffix>[a-z2-7]{12})_[a-z2-7]{52})(?<check>[a-z2-7]{7})$/;

/**
 * A key as its holder keeps it: `cdk_`, the random part of its id, `_`, the secret, and a checksum.
 * One double click selects it, and scanners of source code find it by its prefix and tell it from
 * look-alikes by the checksum, without asking anybody.
 */
export function apiKeyText(id: ApiKeyId, secret: string): string {
  const signed = `${PREFIX}_${id.slice('ak-'.length)}_${secret}`;
  return signed + checksumOf(signed);
}

/** Whether a credential is meant to be an API key, well made or not. */
export function isLikeApiKey(credential: string): boolean {
  return credential.startsWith(`${PREFIX}_`);
}

/** The id that a key names; null for a text with a typing error, or one that nobody ever got from us. */
export function idInApiKey(text: string): ApiKeyId | null {
  const { signed, suffix, check } = TEXT.exec(text)?.groups ?? {};
  if (signed === undefined || suffix === undefined || check !== checksumOf(signed)) return null;
  return apiKeyIdOf(suffix);
}

/** Whether the key opens anything at `now`. */
export function isLive({ expiresAt, revokedAt }: ApiKey, now: Date): boolean {
  return revokedAt === null && now < expiresAt;
}

/** CRC-32 in base32: it finds typing errors, and keeps no secret. */
function checksumOf(text: string): string {
  let rest = crc32Of(text);
  let written = '';
  for (let place = 0; place < CHECK_LENGTH; place += 1) {
    written += BASE32.charAt(rest % 32);
    rest = Math.floor(rest / 32);
  }
  return written;
}
