import type { z } from 'zod';
import type { Caller } from '../domain/principal.js';
import type { ApiScope } from '../domain/scopes.js';
import type { FaultCode, FaultPart } from '../errors/index.js';
import type { Match } from './entity-tags.js';
import type { ServerEvent } from './event-stream.js';
import { InvalidRequest } from './problem.js';

/** What bodies are of, unless an operation says otherwise. */
export const JSON_BODY = 'application/json';
/** RFC 7396. */
export const MERGE_PATCH = 'application/merge-patch+json';

/** What a handler is given: parsed, checked, and with a known caller. */
export interface EndpointRequest<Params, Query, Body> {
  readonly caller: Caller;
  /** All that the caller's token or key allows, for those who hand on a part of it. */
  readonly scopes: ReadonlySet<ApiScope>;
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly idempotencyKey: string | null;
  /** How long the caller wants to wait for the outcome, in milliseconds; null for not at all. */
  readonly waitMs: number | null;
  /** The last event that the caller of a stream has seen, by its id. */
  readonly lastEventId: string | null;
  /** What If-Match says; nothing where the operation takes none. */
  readonly match: Match;
  /** Fires when the caller has gone or the process stops. */
  readonly signal: AbortSignal;
}

export interface EndpointAnswer {
  readonly status: number;
  readonly body: unknown;
  /** Sent as they come, in place of a body. */
  readonly events?: AsyncIterable<ServerEvent>;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * One operation of the API: the router and the OpenAPI document are both made from it, so what is
 * served and what is documented cannot differ.
 */
export interface Endpoint {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** With `:name` for parameters. */
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  /** What a caller's token or key must allow; checked before anything else of the request is. */
  readonly scope: ApiScope;
  readonly params: z.ZodObject | null;
  readonly query: z.ZodObject | null;
  readonly body: z.ZodType | null;
  /** Content type of the body. */
  readonly bodyType: string;
  /** Answers with an ETag, and 304 to an If-None-Match that names it. */
  readonly isTagged: boolean;
  /** Takes If-Match with the ETag of what it changes. */
  readonly takesMatch: boolean;
  /** Creates something that costs; counted once more, by a limit of its own. */
  readonly isCreate: boolean;
  /** Takes Idempotency-Key. */
  readonly isIdempotent: boolean;
  /** Takes `Prefer: wait=N`. */
  readonly canWait: boolean;
  /** Answers with server-sent events, and takes Last-Event-ID. */
  readonly isStream: boolean;
  /** An answer whose schema is null has no body. */
  readonly answers: Readonly<
    Record<
      number,
      {
        readonly says: string;
        readonly schema: z.ZodType | null;
        /** Content type; JSON, or that of server-sent events, unless it says otherwise. */
        readonly type?: string;
      }
    >
  >;
  /** Codes of its own, beside those that every operation can end with. */
  readonly faults: readonly FaultCode[];
  readonly handle: (request: RawRequest) => Promise<EndpointAnswer>;
}

/** A request as it came, before any check but the caller's. */
export interface RawRequest {
  readonly caller: Caller;
  readonly scopes: ReadonlySet<ApiScope>;
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  readonly idempotencyKey: string | null;
  readonly waitMs: number | null;
  readonly lastEventId: string | null;
  readonly match: Match;
  readonly signal: AbortSignal;
}

type Shape = z.ZodObject | null;
type Parsed<Schema> = Schema extends z.ZodType ? z.infer<Schema> : undefined;

interface EndpointSpec<P extends Shape, Q extends Shape, B extends z.ZodType | null> extends Omit<
  Endpoint,
  | 'params'
  | 'query'
  | 'body'
  | 'handle'
  | 'isCreate'
  | 'isIdempotent'
  | 'canWait'
  | 'isStream'
  | 'bodyType'
  | 'isTagged'
  | 'takesMatch'
  | 'faults'
> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  readonly isCreate?: boolean;
  readonly isIdempotent?: boolean;
  readonly canWait?: boolean;
  readonly isStream?: boolean;
  readonly bodyType?: string;
  readonly isTagged?: boolean;
  readonly takesMatch?: boolean;
  readonly faults?: readonly FaultCode[];
  readonly handle: (
    request: EndpointRequest<Parsed<P>, Parsed<Q>, Parsed<B>>,
  ) => Promise<EndpointAnswer>;
}

/** Declares an operation; its handler sees only what its schemas let through. */
export function endpoint<P extends Shape, Q extends Shape, B extends z.ZodType | null>(
  spec: EndpointSpec<P, Q, B>,
): Endpoint {
  return {
    isCreate: false,
    isIdempotent: false,
    canWait: false,
    isStream: false,
    bodyType: JSON_BODY,
    isTagged: false,
    takesMatch: false,
    faults: [],
    ...spec,
    handle: (raw) =>
      spec.handle({
        ...raw,
        params: parse(spec.params, raw.params, ''),
        query: parse(spec.query, raw.query, ''),
        body: parse(spec.body, raw.body ?? {}, ''),
      }),
  };
}

function parse<Schema extends z.ZodType | null>(
  schema: Schema,
  value: unknown,
  base: string,
): Parsed<Schema> {
  if (schema === null) return undefined as Parsed<Schema>;
  const outcome = schema.safeParse(value);
  if (outcome.success) return outcome.data as Parsed<Schema>;
  throw new InvalidRequest(outcome.error.issues.map((issue) => fieldProblem(base, issue)));
}

/**
 * Where and what, without what was sent: a key in the wrong place must not come back. Names of
 * unknown fields are the caller's own text too, so they are not repeated either.
 */
function fieldProblem(base: string, issue: z.core.$ZodIssue): FaultPart {
  const pointer = base + issue.path.map((part) => `/${String(part)}`).join('');
  const isForeign = issue.code === 'unrecognized_keys';
  return {
    pointer,
    detail: isForeign ? 'There are fields here that do not exist.' : issue.message,
  };
}
