import { field } from './json.js';
import { deadline, pause } from '../../src/lib/timers.js';

const CALL_LIMIT_MS = 10_000;

/** One call to a server's HTTP API, as small as bootstrapping needs it. */
export interface ApiCall {
  readonly method?: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE' | 'LIST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
  readonly limitMs?: number;
}

/** A server's answer; `json` is null where the body is empty or no JSON. */
export interface ApiReply {
  readonly status: number;
  readonly text: string;
  readonly json: unknown;
}

/** Calls `url`; rejects only when no answer came (refused, too slow, aborted). */
export async function callApi(url: string, call: ApiCall = {}): Promise<ApiReply> {
  const response = await fetch(url, {
    method: call.method ?? 'GET',
    headers: { connection: 'close', ...call.headers },
    body: call.body === undefined ? null : JSON.stringify(call.body),
    signal: deadline(call.limitMs ?? CALL_LIMIT_MS, call.signal),
    redirect: 'manual',
  });
  const text = await response.text();
  return { status: response.status, text, json: parsed(text) };
}

/** Calls `url` and throws unless the answer is 2xx or one of `also`. */
export async function callApiOk(
  url: string,
  call: ApiCall = {},
  also: readonly number[] = [],
): Promise<ApiReply> {
  const reply = await callApi(url, call);
  const isFine = (reply.status >= 200 && reply.status < 300) || also.includes(reply.status);
  if (isFine) return reply;
  const { pathname } = new URL(url);
  throw new Error(
    `${call.method ?? 'GET'} ${pathname} answered ${reply.status}: ${reply.text.slice(0, 300).trim()}`,
  );
}

/** Whether `url` answers with `status` within two seconds. */
export async function answers(url: string, status: number, signal: AbortSignal): Promise<boolean> {
  try {
    return (await callApi(url, { signal, limitMs: 2_000 })).status === status;
  } catch {
    // No answer is the answer.
    return false;
  }
}

/** Repeats `attempt` until it stops throwing; throws its last error after `withinMs`. */
export async function untilWorks<Result>(
  attempt: () => Promise<Result>,
  { withinMs, signal }: { readonly withinMs: number; readonly signal: AbortSignal },
): Promise<Result> {
  const endAt = performance.now() + withinMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (signal.aborted || performance.now() >= endAt) throw error;
      await pause(100, signal);
    }
  }
}

/** The text at `path` in a JSON reply; throws when it is not there. */
export function textAt(reply: ApiReply, ...path: readonly string[]): string {
  const value = path.reduce<unknown>((at, name) => field(at, name), reply.json);
  if (typeof value !== 'string') throw new Error(`The reply has no text at ${path.join('.')}.`);
  return value;
}

function parsed(text: string): unknown {
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    // Some endpoints answer with plain text; `text` has it.
    return null;
  }
}
