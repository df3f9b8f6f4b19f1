import { createHmac } from 'node:crypto';

/** HMAC-SHA256 of a text in UTF-8 under a key in base64; the result in base64. */
export function hmacOf(keyInBase64: string, text: string): string {
  return createHmac('sha256', Buffer.from(keyInBase64, 'base64'))
    .update(text, 'utf8')
    .digest('base64');
}
