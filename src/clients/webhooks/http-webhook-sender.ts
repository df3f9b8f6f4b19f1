import type { SendOutcome } from '../../domain/webhooks/plan-retry.js';
import type { SendFailure } from '../../domain/webhooks/webhook.js';
import { Fault } from '../../errors/index.js';
import { Scope } from '../../lib/scope.js';
import { deadline } from '../../lib/timers.js';
import type { WebhookMessage, WebhookSender } from '../../ports/index.js';
import type { StrangerPostOptions } from '../http/stranger-post.js';
import {
  AddressRefused,
  AddressUnknown,
  addressesOf,
  postToStranger,
} from '../http/stranger-post.js';

export interface HttpWebhookSenderOptions extends StrangerPostOptions {
  /** How long one attempt may take; 15 s by default, as Standard Webhooks advises. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 15_000;
const USER_AGENT = 'ClawDeploy-Webhooks';

/** Sends webhooks over HTTPS, to public addresses alone. */
export class HttpWebhookSender implements WebhookSender {
  constructor(private readonly options: HttpWebhookSenderOptions) {}

  async check(url: string): Promise<void> {
    try {
      await addressesOf(url, this.options);
    } catch (error) {
      if (error instanceof AddressRefused || error instanceof AddressUnknown) {
        throw new Fault('webhook_url_refused', error.message, { cause: error });
      }
      throw error;
    }
  }

  async send({ url, headers, body, signal: parent }: WebhookMessage): Promise<SendOutcome> {
    const scope = new Scope(parent);
    const signal = deadline(this.options.timeoutMs ?? TIMEOUT_MS, scope.signal);
    try {
      const all = { ...headers, 'user-agent': USER_AGENT };
      const post = { url, headers: all, body, signal };
      const { status, retryAfterS } = await postToStranger(post, this.options);
      const retryAfterMs = retryAfterS === null ? null : retryAfterS * 1000;
      return { kind: 'answered', status, retryAfterMs };
    } catch (error) {
      if (parent.aborted) throw error;
      return { kind: 'failed', reason: reasonOf(error, signal) };
    } finally {
      scope.end();
    }
  }
}

/** By codes, never by texts; and never the text, which may hold what a stranger sent. */
function reasonOf(error: unknown, signal: AbortSignal): SendFailure {
  if (error instanceof AddressRefused) return 'address_refused';
  if (signal.aborted) return 'timeout';
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (TLS_CODE.test(code)) return 'tls_refused';
  return CUT_CODES.includes(code) ? 'cut_off' : 'unreachable';
}

const TLS_CODE = /CERT|^ERR_(TLS|SSL)|SELF_SIGNED|UNABLE_TO_VERIFY|^EPROTO$/;
const CUT_CODES = ['ECONNRESET', 'EPIPE', 'HPE_INVALID_CONSTANT', 'HPE_INVALID_EOF_STATE'];
