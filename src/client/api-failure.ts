import { z } from 'zod';
import type { HttpReply } from '../clients/http/http-transport.js';

/** Why a call to the API came to nothing. */
export type ApiFailureKind = 'unreachable' | 'refused';

/** A call that the API did not answer (`unreachable`), or answered with a problem (`refused`). */
export class ApiFailure extends Error {
  readonly kind: ApiFailureKind;
  readonly status: number | null;
  /** The fault's code as docs/errors.md lists it; null where no API of ours answered. */
  readonly code: string | null;
  readonly requestId: string | null;
  /** How long the API asks to wait before the next attempt, in milliseconds. */
  readonly retryAfterMs: number | null;

  constructor(sentence: string, answer: ApiFailureAnswer) {
    super(sentence);
    this.name = 'ApiFailure';
    this.kind = answer.status === null ? 'unreachable' : 'refused';
    this.status = answer.status;
    this.code = answer.code;
    this.requestId = answer.requestId;
    this.retryAfterMs = answer.retryAfterMs;
  }
}

/** What is read of a problem; codes that are newer than this client are let through. */
const ProblemReply = z.object({
  code: z.string(),
  detail: z.string(),
  requestId: z.string(),
  errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
});

type ApiFailureAnswer = Pick<ApiFailure, 'status' | 'code' | 'requestId' | 'retryAfterMs'>;

/** The failure of a call that got no answer at all. */
export function noAnswer(apiUrl: string): ApiFailure {
  const answer = { status: null, code: null, requestId: null, retryAfterMs: null };
  return new ApiFailure(`The API at ${apiUrl} does not answer. Is the stack up?`, answer);
}

/** The failure that an answer of 4xx or 5xx stands for, in the API's own words. */
export function refusalOf(reply: HttpReply): ApiFailure {
  const { status, headers, body } = reply;
  const problem = ProblemReply.safeParse(body);
  if (!problem.success) return strangeAnswer(reply);
  const { code, detail, requestId, errors = [] } = problem.data;
  const parts = errors.map((part) => ` ${part.pointer} ${part.detail}`.trimEnd()).join(';');
  const seconds = Number(headers['retry-after'] ?? Number.NaN);
  const sentence = code === 'request_invalid' ? 'The request is not valid' : detail;
  return new ApiFailure(errors.length === 0 ? detail : `${sentence}:${parts}`, {
    status,
    code,
    requestId,
    retryAfterMs: Number.isFinite(seconds) ? seconds * 1000 : null,
  });
}

/** The failure of an answer that says success and is none of the API's. */
export function strangeAnswer({ status }: HttpReply): ApiFailure {
  const sentence = `Something that is not the ClawDeploy API answered with status ${status}.`;
  return new ApiFailure(sentence, { status, code: null, requestId: null, retryAfterMs: null });
}
