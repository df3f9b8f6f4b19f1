import type { SendOutcome } from '../domain/webhooks/plan-retry.js';

/** One signed message, as it goes over the wire. */
export interface WebhookMessage {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: AbortSignal;
}

/** Sends webhooks to addresses that strangers chose: to public ones alone. */
export interface WebhookSender {
  /**
   * Fails with `webhook_url_refused` for an address that would never be sent to: not https, or a name
   * that leads to a private, loopback, link-local or otherwise special address, or nowhere.
   */
  check(url: string, signal: AbortSignal): Promise<void>;
  /** Sends the message once. Whatever happens is an outcome; it fails only when `signal` fires. */
  send(message: WebhookMessage): Promise<SendOutcome>;
}
