import { Fault } from '../errors/index.js';
import type { Caller } from '../domain/principal.js';
import type { Json } from '../lib/canonical-json.js';
import { canonicalJson } from '../lib/canonical-json.js';
import { digestOf } from '../lib/digest.js';
import type { IdempotencyEntry, IdempotencyStore, IdempotentStart } from '../ports/index.js';
import { actorOf } from './visibility.js';

/** How long the same idempotency key gives the same answer. */
export const IDEMPOTENCY_TTL_MS = 24 * 60 * 60 * 1000;

/** A request that makes something, as its caller named it. */
export interface Repeatable {
  readonly caller: Caller;
  /** As the caller sent it; kept as a digest alone, for a secret may have been put here. */
  readonly idempotencyKey: string | null;
}

/**
 * What stands for the request in the database: digests alone. `wish` is all by which one request
 * differs from another, and is hashed without a key: it may hold no secret and no plain digest of
 * one, only its fingerprint (see Fingerprints). Null for a request without an idempotency key.
 */
export function entryFor(
  { caller, idempotencyKey }: Repeatable,
  wish: { readonly operation: string } & Readonly<Record<string, Json>>,
): IdempotencyEntry | null {
  if (idempotencyKey === null) return null;
  return {
    principal: actorOf(caller.principal),
    key: digestOf(idempotencyKey),
    requestHash: digestOf(canonicalJson(wish)),
    ttlMs: IDEMPOTENCY_TTL_MS,
  };
}

/**
 * Takes the key for this transaction, and returns the id of what it stands for already, or null for a
 * first request. Fault: `idempotency_key_reused`.
 */
export async function beginOnce(
  store: IdempotencyStore,
  entry: IdempotencyEntry | null,
): Promise<string | null> {
  return entry === null ? null : madeBy(await store.begin(entry));
}

/**
 * As `beginOnce`, but takes nothing: for what has to be done before the transaction, and not twice.
 * Fault: `idempotency_key_reused`.
 */
export async function madeBefore(
  store: IdempotencyStore,
  entry: IdempotencyEntry | null,
): Promise<string | null> {
  return entry === null ? null : madeBy(await store.look(entry));
}

/**
 * Makes something in this transaction, unless the request's key stands for one already; `isNew` says
 * which. Fault: `idempotency_key_reused`.
 */
export async function makeOnce<Made extends { readonly id: string }>(
  store: IdempotencyStore,
  entry: IdempotencyEntry | null,
  ways: {
    readonly find: (id: string) => Promise<Made | null>;
    readonly make: () => Promise<Made>;
  },
): Promise<{ readonly made: Made; readonly isNew: boolean }> {
  const madeId = await beginOnce(store, entry);
  if (madeId !== null) return { made: stillThere(await ways.find(madeId)), isNew: false };
  const made = await ways.make();
  if (entry !== null) await store.settle(entry, made.id);
  return { made, isNew: true };
}

/** What was made is there as long as its key: nothing deletes it within a day. */
export function stillThere<Made>(made: Made | null): Made {
  if (made !== null) return made;
  throw new Fault('row_malformed', 'Something is wrong on our side.', {
    details: { table: 'idempotency_keys' },
  });
}

function madeBy(start: IdempotentStart): string | null {
  switch (start.kind) {
    case 'first':
      return null;
    case 'replay':
      return start.madeId;
    case 'other_request':
      throw new Fault(
        'idempotency_key_reused',
        'This Idempotency-Key was used for another request; use a fresh key for a new request.',
      );
  }
}
