import type { ApiKey } from '../domain/api-key.js';
import { API_KEY_SECRET_LENGTH, apiKeyText } from '../domain/api-key.js';
import { ID_SUFFIX_LENGTH, apiKeyIdOf } from '../domain/ids.js';
import type { Caller, Role } from '../domain/principal.js';
import type { ApiScope } from '../domain/scopes.js';
import { scopesOfRole } from '../domain/scopes.js';
import { Fault } from '../errors/index.js';
import type { Clock } from '../lib/clock.js';
import { plusMs } from '../lib/clock.js';
import { digestOf } from '../lib/digest.js';
import { randomBase32 } from '../lib/random.js';
import type { IdempotencyEntry, Store, StoredApiKey } from '../ports/index.js';
import { assertOperator } from './assert-operator.js';
import type { Repeatable } from './idempotency.js';
import { beginOnce, entryFor } from './idempotency.js';
import { actorOf } from './visibility.js';

const DAY_MS = 24 * 60 * 60 * 1000;

/** What a key is to be for. */
export interface ApiKeyWish {
  readonly name: string;
  readonly role: Role;
  /** Names the tenant for the role `tenant`, and is null for the others. */
  readonly tenantRef: string | null;
  /** Null for all that the role may do. */
  readonly scopes: readonly ApiScope[] | null;
  readonly expiresInDays: number;
}

export interface ApiKeyCreated {
  readonly key: ApiKey;
  /** The key itself; it is in this answer and nowhere else, for nobody keeps it. */
  readonly text: string;
}

/**
 * Makes an API key. A repeated request with the same idempotency key makes no second one, but cannot
 * be answered like the first: nobody keeps the text. What is kept is the SHA-256 of its text: a slow hash protects secrets that people
 * choose, whereas nobody guesses 260 random bits, however fast each guess is. Faults:
 * `idempotency_key_reused`, `api_key_shown_once`, and `forbidden`, also for a key that may do what its
 * maker's own token may not.
 */
export class CreateApiKey {
  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
  ) {}

  async execute(
    request: Repeatable & {
      /** All that the caller may do. */
      readonly granted: ReadonlySet<ApiScope>;
      readonly wish: ApiKeyWish;
    },
  ): Promise<ApiKeyCreated> {
    const { caller, granted, wish } = request;
    assertOperator(caller.principal);
    assertWithin(granted, wish.scopes ?? scopesOfRole(wish.role));
    const { expiresInDays, ...described } = wish;
    const at = this.clock.now();
    const id = apiKeyIdOf(randomBase32(ID_SUFFIX_LENGTH));
    const text = apiKeyText(id, randomBase32(API_KEY_SECRET_LENGTH));
    const key: ApiKey = {
      ...{ ...described, id, createdAt: at, createdBy: actorOf(caller.principal) },
      ...{ expiresAt: plusMs(at, expiresInDays * DAY_MS), lastUsedAt: null, revokedAt: null },
    };
    const idempotency = entryFor(request, { operation: 'createApiKey', ...wish });
    await this.#keep({ ...key, digest: digestOf(text) }, caller, idempotency);
    return { key, text };
  }

  #keep(
    key: StoredApiKey,
    { requestId, from }: Caller,
    idempotency: IdempotencyEntry | null,
  ): Promise<void> {
    const { id, name, role, tenantRef, createdAt: at, createdBy: actor } = key;
    const expiresAt = key.expiresAt.toISOString();
    const scopes = key.scopes?.join(' ') ?? null;
    return this.store.transaction(async (tx) => {
      const madeId = await beginOnce(tx.idempotency, idempotency);
      if (madeId !== null) throw shownOnce(madeId);
      await tx.apiKeys.insert(key);
      if (idempotency !== null) await tx.idempotency.settle(idempotency, id);
      await tx.audit.append({
        ...{ at, actor, action: 'api_key.create', target: id, outcome: 'done', requestId, from },
        details: { name, role, tenantRef, scopes, expiresAt },
      });
    });
  }
}

function shownOnce(id: string): Fault {
  return new Fault(
    'api_key_shown_once',
    `This Idempotency-Key made the API key ${id}, whose text was in that answer alone. If you have ` +
      'not got it, revoke it and make another one with a fresh Idempotency-Key.',
  );
}

function assertWithin(granted: ReadonlySet<ApiScope>, wished: readonly ApiScope[]): void {
  const beyond = wished.filter((scope) => !granted.has(scope));
  if (beyond.length === 0) return;
  const sentence = `You cannot hand on what you may not do yourself: ${beyond.join(', ')}.`;
  throw new Fault('forbidden', sentence);
}
