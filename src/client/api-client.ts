import { HttpFailure } from '../clients/http/http-failure.js';
import type { HttpReply, HttpRequest } from '../clients/http/http-transport.js';
import { HttpTransport } from '../clients/http/http-transport.js';
import { monotonicMs } from '../lib/clock.js';
import { deadline, pause } from '../lib/timers.js';
import { noAnswer, refusalOf, strangeAnswer } from './api-failure.js';
import { OPERATIONS } from './generated/operations.js';
import { instancesIn } from './instance-events.js';
import type {
  AnswerOf,
  ApiKey,
  Arguments,
  AuditExportQuery,
  Instance,
  OperationId,
  RequestOf,
  Webhook,
} from './operation.js';

export { ApiFailure } from './api-failure.js';
export type { ApiFailureKind } from './api-failure.js';
export type * from './operation.js';

/** The longest that the API holds one request, in seconds. */
const WAIT_SECONDS_MAX = 60;
/** What an answer may take beyond the wait that was asked for, in milliseconds. */
const TIMEOUT_MS = 15_000;
/** Pause between two looks at an instance while something is awaited, in milliseconds. */
const LOOK_EVERY_MS = 100;
/** The API says something every 15 seconds; after this long the connection is dead. */
const SILENCE_MS = 40_000;
/** Items per page when everything is listed; the API's own limit. */
const PAGE_SIZE = 200;
/** Pages that are followed at most: 100,000 items, more instances than one installation runs. */
const PAGES_MAX = 500;

export interface ApiClientOptions {
  /** Where the API answers, e.g. `https://api.claws.example`. */
  readonly apiUrl: string;
  /** The bearer token, or where to get it each time: tokens expire and are replaced. */
  readonly token: string | (() => string);
}

/** Until when an instance is looked at. */
export interface Watch {
  readonly until: (instance: Instance) => boolean;
  readonly withinMs: number;
  readonly onLook?: (instance: Instance) => void;
  readonly signal?: AbortSignal | undefined;
}

/** A request as it is sent, whatever operation it is for. */
interface PlainRequest {
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: HttpRequest['query'];
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly idempotencyKey?: string;
  readonly ifMatch?: string;
  readonly waitSeconds?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The API as TypeScript calls, by the operation ids of its document: what products, the CLI and the
 * demo use. Every method fails with `ApiFailure` alone, and nothing is tried again here: the caller
 * knows what may be repeated.
 *
 * Answers have the types of the document and are not checked against it again: the tests hold the
 * service to it, and later versions may only add.
 */
export class ApiClient {
  readonly #transport: HttpTransport;

  constructor(private readonly options: ApiClientOptions) {
    const { apiUrl, token } = options;
    const tokenNow = typeof token === 'string' ? (): string => token : token;
    this.#transport = new HttpTransport({
      system: 'clawdeploy',
      baseUrl: apiUrl,
      headers: () => ({ authorization: `Bearer ${tokenNow()}` }),
    });
  }

  /** Calls an operation and returns the body of its answer. */
  async call<Id extends OperationId>(id: Id, ...[request]: Arguments<Id>): Promise<AnswerOf<Id>> {
    const reply = await this.#succeed(requestTo(id, request ?? {}));
    if (reply.status === 204) return undefined as AnswerOf<Id>;
    if (typeof reply.body !== 'object' || reply.body === null) throw strangeAnswer(reply);
    return reply.body as AnswerOf<Id>;
  }

  /** The same with the tag of what was read, for a change that must not undo another's; see `ifMatch`. */
  async callTagged<Id extends OperationId>(
    id: Id,
    ...[request]: Arguments<Id>
  ): Promise<{ readonly answer: AnswerOf<Id>; readonly tag: string }> {
    const reply = await this.#succeed(requestTo(id, request ?? {}));
    const tag = reply.headers['etag'] ?? '*';
    return { answer: reply.body as AnswerOf<Id>, tag };
  }

  /** Every instance that the caller may see, page after page, in the order of their ids. */
  async allInstances(
    query: Pick<NonNullable<RequestOf<'listInstances'>['query']>, 'state' | 'tenant'> = {},
    signal?: AbortSignal,
  ): Promise<readonly Instance[]> {
    return allOf((place) => this.call('listInstances', { query: { ...query, ...place }, signal }));
  }

  /** Every API key, those that are over included; for operators. */
  async allApiKeys(signal?: AbortSignal): Promise<readonly ApiKey[]> {
    return allOf((place) => this.call('listApiKeys', { query: place, signal }));
  }

  /** Every webhook that the caller may see. */
  async allWebhooks(signal?: AbortSignal): Promise<readonly Webhook[]> {
    return allOf((place) => this.call('listWebhooks', { query: place, signal }));
  }

  /** Sealed lines of the audit as they were sent, after the one that `query` names; none at the end. */
  async exportAudit(query: AuditExportQuery, signal?: AbortSignal): Promise<readonly string[]> {
    const { body } = await this.#succeed(requestTo('exportAudit', { query, signal }));
    // A page of a single line is JSON as a whole.
    if (typeof body !== 'string') return [JSON.stringify(body)];
    return body.split('\n').filter((line) => line !== '');
  }

  /**
   * Follows an instance by its events until `until` holds, and returns it as it is then or when time
   * is up. Where there is no stream to be had, it is looked at instead.
   */
  async follow(id: string, watch: Watch): Promise<Instance> {
    const endMs = monotonicMs() + watch.withinMs;
    for (;;) {
      const signal = deadline(Math.max(1, endMs - monotonicMs()), watch.signal);
      for await (const instance of this.#events(id, signal)) {
        watch.onLook?.(instance);
        if (watch.until(instance)) return instance;
      }
      const instance = await this.watch(id, { ...watch, withinMs: 0 });
      if (watch.until(instance) || monotonicMs() >= endMs) return instance;
      await pause(LOOK_EVERY_MS, watch.signal);
    }
  }

  /** Looks at an instance until `until` holds, and returns it as it is then or when time is up. */
  async watch(id: string, { until, withinMs, onLook, signal }: Watch): Promise<Instance> {
    const endMs = monotonicMs() + withinMs;
    for (;;) {
      const instance = await this.call('getInstance', { path: { id }, signal });
      onLook?.(instance);
      if (until(instance) || monotonicMs() >= endMs) return instance;
      await pause(LOOK_EVERY_MS, signal);
    }
  }

  /** Closes idle connections, which would otherwise keep the process alive for seconds. */
  close(): void {
    this.#transport.close();
  }

  /** What the event stream tells until it ends, in whatever way. */
  async *#events(id: string, signal: AbortSignal): AsyncGenerator<Instance, void> {
    const { method, path } = OPERATIONS.watchInstance;
    const headers = { accept: 'text/event-stream' };
    const request = { method, path: filled(path, { id }), headers, signal };
    try {
      const { status, pieces, close } = await this.#transport.open(request, SILENCE_MS);
      if (status === 200) yield* instancesIn(pieces);
      close();
    } catch (error) {
      if (!(error instanceof HttpFailure)) throw error;
    }
  }

  async #succeed(request: HttpRequest): Promise<HttpReply> {
    const reply = await this.#exchange(request);
    if (reply.status < 200 || reply.status > 299) throw refusalOf(reply);
    return reply;
  }

  async #exchange(request: HttpRequest): Promise<HttpReply> {
    try {
      return await this.#transport.exchange(request);
    } catch (error) {
      throw error instanceof HttpFailure ? noAnswer(this.options.apiUrl) : error;
    }
  }
}

/** What all pages hold, one after the other; `ask` gets what places a page in its query. */
async function allOf<Item>(
  ask: (place: { readonly limit: number; readonly cursor?: string }) => Promise<{
    readonly items: readonly Item[];
    readonly nextCursor: string | null;
  }>,
): Promise<readonly Item[]> {
  const found: Item[] = [];
  let next = {};
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const { items, nextCursor } = await ask({ limit: PAGE_SIZE, ...next });
    found.push(...items);
    if (nextCursor === null) break;
    next = { cursor: nextCursor };
  }
  return found;
}

/** How an operation is called. */
interface Operation {
  readonly method: HttpRequest['method'];
  readonly path: string;
  /** Content type of what is sent, where it is not plain JSON. */
  readonly type?: string;
}

function requestTo(id: keyof typeof OPERATIONS, request: PlainRequest): HttpRequest {
  const { path = {}, query = {}, body, idempotencyKey, ifMatch, waitSeconds = 0 } = request;
  const operation: Operation = OPERATIONS[id];
  const held = Math.min(Math.max(0, waitSeconds), WAIT_SECONDS_MAX);
  return {
    method: operation.method,
    path: filled(operation.path, path),
    query,
    body,
    headers: {
      ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
      ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
      ...(operation.type === undefined ? {} : { 'content-type': operation.type }),
      ...(held === 0 ? {} : { prefer: `wait=${held}` }),
      ...request.headers,
    },
    timeoutMs: TIMEOUT_MS + held * 1000,
    signal: request.signal ?? new AbortController().signal,
  };
}

/** The path with its parts filled in; each is encoded, so that a slash in one stays inside it. */
function filled(path: string, parts: Readonly<Record<string, string>>): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(parts[name] ?? ''));
}
