import { crc32 } from 'node:zlib';

/** CRC-32 of a text, 32 bits: finds typing errors, and keeps nothing secret. */
export function crc32Of(text: string): number {
  return crc32(text);
}
