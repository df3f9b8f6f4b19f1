import { createHash, timingSafeEqual } from 'node:crypto';

/**
 * The SHA-256 of a text in hexadecimal. It stands for what a caller sent wherever only sameness
 * counts: anybody may have put a secret there, and a digest of one tells nothing of it.
 */
export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Whether two digests in hex are the same; takes as long whatever they have in common. */
export function isSameDigest(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one, 'hex'), Buffer.from(other, 'hex')];
  return left.length === right.length && timingSafeEqual(left, right);
}
