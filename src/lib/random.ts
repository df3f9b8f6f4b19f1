import { randomBytes, randomInt } from 'node:crypto';

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

/** `length` random characters of lower-case base32 (RFC 4648 alphabet), 5 bits each. */
export function randomBase32(length: number): string {
  return Array.from(randomBytes(length), (byte) => BASE32.charAt(byte & 31)).join('');
}

/** A bearer token of 256 random bits, as 43 characters of base64url. */
export function randomToken(): string {
  return randomBytes(32).toString('base64url');
}

/** `ms` moved by up to a quarter of itself in either direction, so that many callers spread out. */
export function jittered(ms: number): number {
  const quarter = Math.floor(ms / 4);
  return quarter === 0 ? ms : ms + randomInt(-quarter, quarter + 1);
}

/** `bytes` random bytes in base64, for keys that others' programs want in that form. */
export function randomBase64(bytes: number): string {
  return randomBytes(bytes).toString('base64');
}
