import type { TokenVerdict } from '../../ports/index.js';
import { HttpFailure } from '../http/http-failure.js';
import type { HttpReply, HttpRequest, HttpTransport } from '../http/http-transport.js';

/** An answer that a live gateway gives within milliseconds. */
const LIMIT_MS = 3_000;

/** The cheapest request that needs a token: it names the agents and asks no model. */
const PATH = '/v1/models';

/**
 * Asks whether `token` opens the gateway that `target` leads to. Only the gateway's own 401 counts
 * as a refusal: a 403 or 404 comes from something on the way, and says nothing of the token.
 */
export async function askWithToken(
  transport: HttpTransport,
  target: Pick<HttpRequest, 'baseUrl' | 'headers'>,
  token: string,
  signal: AbortSignal,
): Promise<TokenVerdict> {
  const headers = { ...target.headers, authorization: `Bearer ${token}` };
  const reply = await answerOrNull(transport, {
    ...target,
    method: 'GET',
    path: PATH,
    headers,
    timeoutMs: LIMIT_MS,
    signal,
  });
  switch (reply?.status) {
    case 200:
      return 'accepted';
    case 401:
      return 'refused';
    case 429:
      return 'locked_out';
    default:
      return 'unreachable';
  }
}

/** The answer, or null when there was none. */
export async function answerOrNull(
  transport: HttpTransport,
  request: HttpRequest,
): Promise<HttpReply | null> {
  try {
    return await transport.exchange(request);
  } catch (error) {
    // No answer is information here: a gateway that is down, starting or elsewhere.
    if (error instanceof HttpFailure) return null;
    throw error;
  }
}
