import type { AxiosInstance, AxiosRequestConfig, AxiosResponse } from 'axios';
import axios from 'axios';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Readable } from 'node:stream';
import { monotonicMs } from '../../lib/clock.js';
import { IdleLimit } from '../../lib/idle-limit.js';
import { Scope } from '../../lib/scope.js';
import { deadline } from '../../lib/timers.js';
import { HttpFailure, reasonOf } from './http-failure.js';

/** How a call to another system ended, for metrics; a 404 is an answer like any other. */
export type CallOutcome = 'ok' | 'refused' | 'unreachable';

/** Told of each call's end: who was asked, how it went, and how long it took in seconds. */
export type CallObserver = (system: string, outcome: CallOutcome, seconds: number) => void;

export interface HttpTransportOptions {
  /** Whom this transport speaks to: the label of metrics. */
  readonly system: string;
  /** Scheme, host, port and an optional path, e.g. `http://127.0.0.1:4646/v1`. */
  readonly baseUrl: string;
  /** Headers of every request, asked for each time: a token may be replaced while we run. */
  readonly headers?: () => Readonly<Record<string, string>>;
  /** How long a call may take unless it says otherwise; 10 s by default. */
  readonly timeoutMs?: number;
  /** The largest answer that is read, in bytes; 8 MiB by default. */
  readonly replyBytesMax?: number;
  /** Connections to one host at once; the servers' own limits per address are 100 and more. */
  readonly connectionsMax?: number;
  readonly onCall?: CallObserver;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Begins with a slash; appended to the base URL as it is, so its parts are encoded already. */
  readonly path: string;
  /** Values that are undefined are left out. */
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON unless undefined. */
  readonly body?: unknown;
  readonly signal: AbortSignal;
  readonly timeoutMs?: number;
  /** Replaces the base URL for this call; for systems with one address per thing. */
  readonly baseUrl?: string;
}

/** An answer of whatever status. */
export interface HttpReply {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed if it is JSON, else text; empty text for an empty body. */
  readonly body: unknown;
}

/** An answer without an end, whose body is read as it comes. */
export interface HttpStream {
  readonly status: number;
  /** To be read once; its end and leaving it with `break` close the connection. */
  readonly pieces: AsyncIterable<Uint8Array>;
  /** For whoever does not read it. */
  readonly close: () => void;
}

const TIMEOUT_MS = 10_000;
const REPLY_BYTES_MAX = 8 * 1024 * 1024;
const REQUEST_BYTES_MAX = 4 * 1024 * 1024;
const CONNECTIONS_MAX = 64;
/** Below the idle limits of the servers, so that we rarely write into a connection they close. */
const IDLE_MS = 15_000;

/**
 * The one way in which this product speaks HTTP: with a deadline, bounded bodies, reused
 * connections, and without redirects and proxies, either of which would carry a token elsewhere.
 *
 * Every status is an answer. Fails only with `HttpFailure`, when there was none.
 */
export class HttpTransport {
  readonly #client: AxiosInstance;
  readonly #agents: readonly [HttpAgent, HttpsAgent];

  constructor(private readonly options: HttpTransportOptions) {
    const agent = {
      keepAlive: true,
      timeout: IDLE_MS,
      maxSockets: options.connectionsMax ?? CONNECTIONS_MAX,
    };
    this.#agents = [new HttpAgent(agent), new HttpsAgent(agent)];
    this.#client = axios.create({
      adapter: 'http',
      httpAgent: this.#agents[0],
      httpsAgent: this.#agents[1],
      proxy: false,
      maxRedirects: 0,
      maxBodyLength: REQUEST_BYTES_MAX,
      maxContentLength: options.replyBytesMax ?? REPLY_BYTES_MAX,
      responseType: 'text',
      transformRequest: [(data: unknown) => data],
      transformResponse: [(data: unknown) => data],
      validateStatus: () => true,
    });
  }

  /** Sends the request and returns the answer, whatever its status. */
  async exchange(request: HttpRequest): Promise<HttpReply> {
    const startedMs = monotonicMs();
    let outcome: CallOutcome = 'unreachable';
    try {
      const reply = replyOf(await this.#send(request));
      outcome = outcomeOf(reply.status);
      return reply;
    } finally {
      this.options.onCall?.(this.options.system, outcome, (monotonicMs() - startedMs) / 1000);
    }
  }

  /**
   * Sends the request, and returns the answer as soon as its head is there. Reading fails, with
   * `HttpFailure` too, when nothing comes for `silenceMs` milliseconds.
   */
  async open(request: HttpRequest, silenceMs: number): Promise<HttpStream> {
    const limit = new IdleLimit(silenceMs, request.signal);
    try {
      const { status, data } = await this.#client.request<Readable>({
        ...this.#plainRequestOf(request),
        responseType: 'stream',
        maxContentLength: -1,
        signal: limit.signal,
      });
      const close = (): void => {
        limit.end();
        data.destroy();
      };
      return { status, pieces: piecesOf(data, limit), close };
    } catch (error) {
      const failure = new HttpFailure(reasonOf(error, limit.signal), error);
      limit.end();
      throw failure;
    }
  }

  /** Closes idle connections; for the end of the process. */
  close(): void {
    for (const agent of this.#agents) agent.destroy();
  }

  async #send(request: HttpRequest): Promise<AxiosResponse<string>> {
    const timeoutMs = request.timeoutMs ?? this.options.timeoutMs ?? TIMEOUT_MS;
    const call = new Scope(request.signal);
    const signal = deadline(timeoutMs, call.signal);
    try {
      return await this.#client.request<string>({ ...this.#plainRequestOf(request), signal });
    } catch (error) {
      throw new HttpFailure(reasonOf(error, signal), error);
    } finally {
      call.end();
    }
  }

  #plainRequestOf(request: HttpRequest): AxiosRequestConfig {
    const { method, body } = request;
    const hasBody = body !== undefined;
    return {
      method,
      url: this.#urlOf(request),
      headers: {
        accept: 'application/json',
        ...(hasBody ? { 'content-type': 'application/json' } : {}),
        ...this.options.headers?.(),
        ...request.headers,
      },
      ...(hasBody ? { data: JSON.stringify(body) } : {}),
    };
  }

  #urlOf({ path, query = {}, baseUrl = this.options.baseUrl }: HttpRequest): string {
    const parameters = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) parameters.append(name, String(value));
    }
    const search = parameters.size === 0 ? '' : `?${parameters.toString()}`;
    return `${baseUrl.replace(/\/$/, '')}${path}${search}`;
  }
}

function replyOf(response: AxiosResponse<string>): HttpReply {
  const headers = Object.entries(response.headers as Readonly<Record<string, unknown>>).map(
    ([name, value]): [string, string] => [name.toLowerCase(), String(value)],
  );
  return {
    status: response.status,
    headers: Object.fromEntries(headers),
    body: bodyOf(response.data),
  };
}

/** The pieces of `source`; the limit waits while the reader is busy with one. */
async function* piecesOf(source: Readable, limit: IdleLimit): AsyncGenerator<Uint8Array> {
  try {
    for await (const piece of source as AsyncIterable<Uint8Array>) {
      limit.rest();
      yield piece;
      limit.restart();
    }
  } catch (error) {
    throw new HttpFailure(reasonOf(error, limit.signal), error);
  } finally {
    limit.end();
    source.destroy();
  }
}

/** JSON by its looks, not by its label: Nomad labels errors as text, and text may be anything. */
function bodyOf(text: string): unknown {
  try {
    return text === '' ? '' : (JSON.parse(text) as unknown);
  } catch {
    // Not JSON, so it is text; the parser's own message would quote the body, so it is dropped.
    return text;
  }
}

function outcomeOf(status: number): CallOutcome {
  if (status < 400 || status === 404) return 'ok';
  return status < 500 ? 'refused' : 'unreachable';
}
