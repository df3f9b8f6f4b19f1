import { credential } from './session.js';

/** What the API refused, or that it did not answer (status 0). */
export class ApiFailure extends Error {
  constructor(
    sentence,
    { status = 0, code = null, requestId = null, retryAfterS = null, fields = [] },
  ) {
    super(sentence);
    this.name = 'ApiFailure';
    this.status = status;
    this.code = code;
    this.requestId = requestId;
    this.retryAfterS = retryAfterS;
    /** What was wrong where: `{ pointer, detail }`. */
    this.fields = fields;
  }
}

/**
 * Calls the API as whoever is signed in; the answer's JSON. `waitS` holds the answer until what was
 * asked for is done. Fails with `ApiFailure`, or as `signal` does.
 */
export async function ask(method, path, options = {}) {
  const reply = await send(method, path, options);
  return reply.status === 204 ? null : reply.json();
}

/** As `ask`, for answers that are read as they come. */
export async function send(
  method,
  path,
  { body, waitS, idempotencyKey, lastEventId, signal } = {},
) {
  const headers = {
    authorization: `Bearer ${credential()}`,
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(waitS === undefined ? {} : { prefer: `wait=${waitS}` }),
    ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
    ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
  };
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const reply = await reach(path, {
    method,
    headers,
    signal,
    ...sent,
    credentials: 'omit',
    cache: 'no-store',
  });
  if (reply.ok) return reply;
  const failure = await failureOf(reply);
  if (failure.status === 401) document.dispatchEvent(new CustomEvent('unauthenticated'));
  throw failure;
}

/** Random text, for an Idempotency-Key; works without https too. */
export function randomKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function reach(path, request) {
  try {
    return await fetch(path, request);
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new ApiFailure(`The API at ${location.origin} does not answer.`, {});
  }
}

async function failureOf(reply) {
  const { status, headers } = reply;
  const problem = await reply.json().catch(() => ({}));
  const retryAfterS = Number(headers.get('retry-after') ?? Number.NaN);
  return new ApiFailure(problem.detail ?? `Something answered ${status} that is not the API.`, {
    status,
    code: problem.code ?? null,
    requestId: problem.requestId ?? headers.get('x-request-id'),
    retryAfterS: Number.isFinite(retryAfterS) ? retryAfterS : null,
    fields: problem.errors ?? [],
  });
}
