import type { components, operations } from './generated/api-types.js';

/** What the API speaks of, by the names that the document gives it. */
export type Schemas = components['schemas'];
export type Instance = Schemas['Instance'];
export type ClaimedInstance = Schemas['ClaimedInstance'];
export type Key = Schemas['Key'];
export type Rotation = Schemas['Rotation'];
export type Config = Schemas['Config'];
export type ConfigChange = Schemas['ConfigChange'];
export type ConfigOutcome = Schemas['ConfigOutcome'];
export type KeyCampaign = Schemas['KeyCampaign'];
export type Pool = Schemas['Pool'];
export type Sweep = Schemas['Sweep'];
export type ApiKey = Schemas['ApiKey'];
export type Webhook = Schemas['Webhook'];
export type WebhookWithSecret = Schemas['WebhookWithSecret'];
export type WebhookDelivery = Schemas['WebhookDelivery'];
export type AuditRecord = Schemas['AuditRecord'];

/** The id of an operation that is answered in one piece; streams and lines are read in their own way. */
export type OperationId = Exclude<keyof operations, PiecesId>;

type PiecesId = {
  [Id in keyof operations]: PiecesType & TypesOf<ContentOf<Id>> extends never ? never : Id;
}[keyof operations];

/** Content types of an answer; none where there is nothing to say. */
type TypesOf<Content> = [Content] extends [never] ? never : keyof Content;

type PiecesType = 'text/event-stream' | 'application/x-ndjson';

/** What an operation is sent: what the document says, and nothing that it does not take. */
export type RequestOf<Id extends OperationId> = Part<'path', Parameters<Id>['path']> &
  Part<'query', Parameters<Id>['query']> &
  BodyPart<Id> &
  HeaderParts<Id> & {
    /** More headers, e.g. `x-request-id`. */
    readonly headers?: Readonly<Record<string, string>>;
    readonly signal?: AbortSignal | undefined;
  };

/** What an operation is answered when it succeeds; undefined where there is nothing to say. */
export type AnswerOf<Id extends OperationId> = [ContentOf<Id>] extends [never]
  ? undefined
  : JsonIn<ContentOf<Id>>;

/** The arguments behind an operation's id; none where nothing has to be said. */
export type Arguments<Id extends OperationId> =
  Partial<RequestOf<Id>> extends RequestOf<Id>
    ? [request?: RequestOf<Id>]
    : [request: RequestOf<Id>];

/** Which lines of the audit to export. */
export type AuditExportQuery = NonNullable<Parameters<'exportAudit'>['query']>;

type Parameters<Id extends keyof operations> = operations[Id]['parameters'];
type Responses<Id extends keyof operations> = operations[Id]['responses'];
type ContentOf<Id extends keyof operations> = ContentIn<Responses<Id>[keyof Responses<Id>]>;
type ContentIn<Response> = Response extends { content?: infer Content } ? Content : never;
type JsonIn<Content> = Content extends { 'application/json': infer Body } ? Body : undefined;

/** A JSON Merge Patch (RFC 7396): what the document cannot say of it is that null removes. */
export type MergePatch = { readonly [name: string]: unknown };

/** A part of a request that may, must, or must not be there. */
type Part<Name extends string, Value> = [Exclude<Value, undefined>] extends [never]
  ? unknown
  : undefined extends Value
    ? { readonly [Key in Name]?: Exclude<Value, undefined> }
    : { readonly [Key in Name]: Value };

type BodyPart<Id extends OperationId> = operations[Id] extends {
  requestBody: { content: { 'application/json': infer Body } };
}
  ? { readonly body: Body }
  : operations[Id] extends {
        requestBody: { content: { 'application/merge-patch+json': unknown } };
      }
    ? { readonly body: MergePatch }
    : unknown;

type HeaderParts<Id extends OperationId> = HeaderPart<
  Id,
  'prefer',
  {
    /** How long the API may hold the answer until what was asked for is done; 60 at most. */
    readonly waitSeconds?: number;
  }
> &
  HeaderPart<
    Id,
    'idempotency-key',
    {
      /** The same key gives the same answer, however often the request arrives. */
      readonly idempotencyKey?: string;
    }
  > &
  HeaderPart<
    Id,
    'if-match',
    {
      /** The tag of what was read: nothing is changed when it was changed since; `*` for any. */
      readonly ifMatch?: string;
    }
  >;

type HeaderPart<Id extends OperationId, Name extends string, Option> = Name extends keyof Exclude<
  Parameters<Id>['header'],
  undefined
>
  ? Option
  : unknown;
