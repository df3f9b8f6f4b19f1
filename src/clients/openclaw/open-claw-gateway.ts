import { z } from 'zod';
import {
  LIVE_HEADER,
  LIVE_HEADER_PATTERN,
  TENANT_AGENT,
  WARMUP_AGENT,
} from '../../domain/gateway-config.js';
import type { Gateway, ModelVerdict, StartupState, TokenVerdict } from '../../ports/index.js';
import type { HttpRequest, HttpTransport } from '../http/http-transport.js';
import { JsonClient } from '../http/json-client.js';
import { answerOrNull, askWithToken } from './token-verdict.js';

/** Probes are answered within milliseconds unless the machine is starved. */
const PROBE_LIMIT_MS = 2_000;

/** The first turn loads most of OpenClaw's code: 3–10 s, more while other gateways boot. */
const TURN_LIMIT_MS = 90_000;

/** What the warm-up turn says. */
export const WARMUP_PROMPT = 'Say that you are ready to be warmed up.';

/**
 * OpenClaw keeps conversations of this form in memory alone, and lists them nowhere: what the
 * warm-up says and is told is gone without having been anywhere. It also leaves the gateway 200 MB
 * smaller than a conversation that is stored; docs/gateway.md weighs the two.
 */
const WARMUP_SESSION = `agent:${WARMUP_AGENT}:dashboard:incognito-warm-up`;

/** Kept in memory alone as well: a trial is no part of what a tenant says to their agent. */
const TRIAL_SESSIONS = `agent:${TENANT_AGENT}:dashboard:incognito-`;
const TRIAL_PROMPT = 'Answer with OK.';
/** A provider may think for a while before it says OK; rotations are promised to end in two minutes. */
const TRIAL_LIMIT_MS = 20_000;
const TRIAL_TOKENS_MAX = 16;

/** What `/startupz` says; a Control UI page that answers for unknown paths does not say it. */
const Startup = z.object({ ok: z.literal(true) });

const Turn = z.object({
  choices: z.array(z.object({ message: z.object({ content: z.string() }) })).min(1),
});

/**
 * An OpenClaw gateway over its own HTTP API.
 *
 * The revision it runs with is read from a header that its configuration sets (gateway-config.ts):
 * about 1 ms of its time per look and no login, where the administration call takes 10 ms.
 */
export class OpenClawGateway implements Gateway {
  readonly #http: JsonClient;

  /** @param transport of the system `gateway`; each call brings its own address. */
  constructor(private readonly transport: HttpTransport) {
    this.#http = new JsonClient('gateway', transport);
  }

  async startupState(address: string, signal: AbortSignal): Promise<StartupState> {
    const reply = await answerOrNull(this.transport, probeOf(address, '/startupz', signal));
    if (reply === null) return 'unreachable';
    return reply.status === 200 && Startup.safeParse(reply.body).success ? 'started' : 'starting';
  }

  async warmUp(address: string, token: string, signal: AbortSignal): Promise<void> {
    const request: HttpRequest = {
      method: 'POST',
      baseUrl: `http://${address}`,
      path: '/v1/chat/completions',
      headers: { authorization: `Bearer ${token}`, 'x-openclaw-session-key': WARMUP_SESSION },
      body: {
        model: `openclaw/${WARMUP_AGENT}`,
        messages: [{ role: 'user', content: WARMUP_PROMPT }],
      },
      timeoutMs: TURN_LIMIT_MS,
      signal,
    };
    await this.#http.send(request, Turn);
  }

  tryToken(address: string, token: string, signal: AbortSignal): Promise<TokenVerdict> {
    return askWithToken(this.transport, { baseUrl: `http://${address}` }, token, signal);
  }

  async tryModel(
    address: string,
    token: string,
    model: string,
    signal: AbortSignal,
  ): Promise<ModelVerdict> {
    const reply = await answerOrNull(this.transport, {
      method: 'POST',
      baseUrl: `http://${address}`,
      path: '/v1/chat/completions',
      headers: {
        authorization: `Bearer ${token}`,
        // One for each provider on trial: OpenClaw takes turns of one conversation one by one.
        'x-openclaw-session-key': `${TRIAL_SESSIONS}${model.split('/')[0] ?? ''}`,
        'x-openclaw-model': model,
      },
      body: {
        model: `openclaw/${TENANT_AGENT}`,
        max_tokens: TRIAL_TOKENS_MAX,
        messages: [{ role: 'user', content: TRIAL_PROMPT }],
      },
      timeoutMs: TRIAL_LIMIT_MS,
      signal,
    });
    if (reply === null) return 'unreachable';
    if (reply.status === 200) return Turn.safeParse(reply.body).success ? 'answered' : 'failed';
    return reply.status === 401 || reply.status === 403 ? 'refused' : 'failed';
  }

  async appliedRevision(address: string, signal: AbortSignal): Promise<number | null> {
    const reply = await answerOrNull(this.transport, probeOf(address, '/healthz', signal));
    const [, revision] = LIVE_HEADER_PATTERN.exec(reply?.headers[LIVE_HEADER] ?? '') ?? [];
    return revision === undefined ? null : Number(revision);
  }
}

function probeOf(address: string, path: string, signal: AbortSignal): HttpRequest {
  return {
    method: 'GET',
    baseUrl: `http://${address}`,
    path,
    timeoutMs: PROBE_LIMIT_MS,
    signal,
  };
}
