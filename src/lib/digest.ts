import { createHash, timingSafeEqual } from 'node:crypto';

/** SHA-256 of a text, as 64 characters of lower-case hex. */
export function sha256Of(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Whether two digests in hex are the same; takes as long whatever they have in common. */
export function isSameDigest(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one, 'hex'), Buffer.from(other, 'hex')];
  return left.length === right.length && timingSafeEqual(left, right);
}
