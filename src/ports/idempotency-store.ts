/** Whose key it is, and which. */
export interface IdempotencyName {
  readonly principal: string;
  /** A digest of what the caller sent, never the text itself. */
  readonly key: string;
}

/** A key with the request that it is for. */
export interface IdempotencyEntry extends IdempotencyName {
  /** A digest of what was asked for; of what it says of secrets, see Fingerprints. */
  readonly requestHash: string;
  /** How long it stands for the request, in milliseconds by the database's clock. */
  readonly ttlMs: number;
}

export type IdempotentStart =
  | { readonly kind: 'first' }
  /** The id of what the request made: an instance, a rotation, a campaign, a sweep, an API key. */
  | { readonly kind: 'replay'; readonly madeId: string }
  | { readonly kind: 'other_request' };

export interface IdempotencyStore {
  /**
   * Takes the key for this request. A second call with the same key waits for the first one's
   * transaction, then sees its outcome, which that one writes by `settle` or `ClaimStore.record`.
   */
  begin(entry: IdempotencyEntry): Promise<IdempotentStart>;
  /** What `begin` would say now, without taking the key or waiting for anybody. */
  look(entry: IdempotencyEntry): Promise<IdempotentStart>;
  /** Has the key that was taken stand for what was made. */
  settle(name: IdempotencyName, madeId: string): Promise<void>;
  /** Frees the key if it stands for this, of which nothing came: the request may be made again. */
  free(name: IdempotencyName, madeId: string): Promise<void>;
  deleteExpired(limit: number): Promise<number>;
}
