import { createRemoteJWKSet, customFetch } from 'jose';
import type { z } from 'zod';
import { Fault } from '../../errors/index.js';
import { monotonicMs } from '../../lib/clock.js';
import { Jwks } from './jwks.js';
import type { KeySource } from './token-verifier.js';

export interface RemoteKeysOptions {
  readonly url: URL;
  /** Downloads the set within a deadline of its own; fails unless the answer is a good one. */
  readonly download: (signal: AbortSignal) => Promise<unknown>;
  /** How old the keys may get before they are downloaded again: so long works a removed one. */
  readonly refreshMs: number;
  /** Told of each download that failed. */
  readonly onFailure: (error: unknown) => void;
  /** How soon after a download an unknown key may cause another; 10 s unless told otherwise. */
  readonly cooldownMs?: number;
  /** For how long keys are used that can no longer be downloaded; an hour unless told otherwise. */
  readonly staleMs?: number;
}

/** Anybody may send tokens of unknown keys, so these must not make us flood the issuer. */
const COOLDOWN_MS = 10_000;
/** Longer than most outages of an issuer, and short enough to tell somebody who removed a key. */
const STALE_MS = 60 * 60_000;
/** Pause after a download that failed while there are no keys at all. */
const FAILURE_PAUSE_MS = 2_000;

/**
 * Keys from an issuer's JWKS address. A token of a new key has it fetched at once, a removed key works
 * no longer than `refreshMs`. An issuer that is down does not lock everybody out: the last keys go on
 * for an hour, and after that nobody gets in, for by then one of them may have been stolen and removed.
 */
export function remoteKeys(options: RemoteKeysOptions): KeySource {
  const { url, refreshMs, cooldownMs = COOLDOWN_MS } = options;
  const downloads = new Downloads(options);
  const keys = createRemoteJWKSet(url, {
    cooldownDuration: cooldownMs,
    cacheMaxAge: refreshMs,
    [customFetch]: async (_url, { signal }) => Response.json(await downloads.next(signal)),
  });
  return () => Promise.resolve(keys);
}

/** What was downloaded last, to fall back on. */
class Downloads {
  #last: { readonly set: z.infer<typeof Jwks>; readonly atMs: number } | null = null;
  #pausedUntilMs = 0;

  constructor(private readonly options: RemoteKeysOptions) {}

  async next(signal: AbortSignal): Promise<unknown> {
    if (monotonicMs() < this.#pausedUntilMs) throw unreachable();
    try {
      const set = Jwks.parse(await this.options.download(signal));
      this.#last = { set, atMs: monotonicMs() };
      return set;
    } catch (cause) {
      this.options.onFailure(cause);
      return this.#fallBack(cause);
    }
  }

  #fallBack(cause: unknown): unknown {
    const nowMs = monotonicMs();
    const { staleMs = STALE_MS } = this.options;
    if (this.#last !== null && nowMs - this.#last.atMs < staleMs) return this.#last.set;
    this.#pausedUntilMs = nowMs + FAILURE_PAUSE_MS;
    throw unreachable(cause);
  }
}

function unreachable(cause?: unknown): Fault {
  const sentence = 'Tokens cannot be checked: their issuer’s keys cannot be read. Try again soon.';
  return new Fault('issuer_unreachable', sentence, cause === undefined ? {} : { cause });
}
