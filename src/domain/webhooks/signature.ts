import { hmacOf } from '../../lib/hmac.js';

/** What a signing secret begins with, so that scanners and people know one when they see it. */
export const SECRET_PREFIX = 'whsec_';

/**
 * The signatures of one message under each of the secrets, as the header `webhook-signature` takes
 * them (Standard Webhooks 1.0.0): HMAC-SHA256 of id, seconds and body. The id must hold no full stop.
 */
export function signaturesOf(
  message: { readonly id: string; readonly sentAt: Date; readonly body: string },
  secrets: readonly string[],
): string {
  const signed = `${message.id}.${String(secondsOf(message.sentAt))}.${message.body}`;
  return secrets
    .map((secret) => `v1,${hmacOf(secret.slice(SECRET_PREFIX.length), signed)}`)
    .join(' ');
}

/** An instant as the header `webhook-timestamp` takes it: whole seconds since 1970. */
export function secondsOf(at: Date): number {
  return Math.floor(at.getTime() / 1000);
}
