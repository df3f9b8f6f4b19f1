import { z } from 'zod';
import { Fault } from '../../errors/index.js';
import { monotonicMs } from '../../lib/clock.js';
import { deadline } from '../../lib/timers.js';
import { HttpFailure } from '../http/http-failure.js';
import type { HttpReply, HttpTransport } from '../http/http-transport.js';
import type { Asked } from '../http/outside-faults.js';
import { faultOfReply, unreachable } from '../http/outside-faults.js';
import { parseReply } from '../http/json-client.js';
import type { AppRole } from './app-role.js';
import type { VaultClient } from './vault-client.js';
import { createVaultClient, replyOf } from './vault-client.js';

export interface VaultSessionOptions {
  /** Speaks to `<address>/v1`; this session adds the token. */
  readonly transport: HttpTransport;
  /** Asked for at each login. */
  readonly appRole: () => Promise<AppRole>;
}

export interface VaultRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Without the leading `/v1/`, with its query. */
  readonly path: string;
  readonly body?: unknown;
  readonly signal: AbortSignal;
}

/** An answer below 500. */
export type VaultReply = Pick<HttpReply, 'status' | 'body'>;

/** A token is renewed when this part of its life is gone, and replaced when renewing fails. */
const RENEW_AT = 2 / 3;
/** A renewal that gives less than this part of the first life means that the end is near. */
const WORTH_KEEPING = 1 / 2;
/** One login or renewal, which many calls may be waiting for. */
const LOGIN_LIMIT_MS = 5_000;

const Login = z.object({ auth: z.object({ lease_duration: z.number() }) });
const SealStatus = z.object({ sealed: z.boolean() });

interface Token {
  readonly ttlMs: number;
  readonly grantedAtMs: number;
  /** Life at login; renewals are measured against it. */
  readonly firstTtlMs: number;
}

/**
 * Vault under one identity: logs in by AppRole, renews the token while calls are made, and logs in
 * again when it ran out or was revoked. Nothing runs between calls, so nothing has to be stopped.
 *
 * Answers below 500 are handed back; fails with `vault_unreachable`, with `vault_sealed`, or with
 * `vault_refused` when the login itself is refused.
 */
export class VaultSession {
  readonly #client: VaultClient;
  #token: Token | null = null;
  #opening: Promise<void> | null = null;

  constructor(private readonly options: VaultSessionOptions) {
    this.#client = createVaultClient(options.transport);
  }

  /** Carries the request with a live token. A refusal is repeated once if its token was dead. */
  async exchange(request: VaultRequest): Promise<VaultReply> {
    await this.#open(request.signal);
    const token = this.#client.token;
    const reply = await this.#send(request);
    if (reply.status !== 403 || (await this.#isAlive(token, request.signal))) return reply;
    if (this.#client.token === token) this.#token = null;
    await this.#open(request.signal);
    return this.#send(request);
  }

  /** The body of a successful answer, checked by `schema`; all else is a fault. */
  async read<Body>(request: VaultRequest, schema: z.ZodType<Body>): Promise<Body> {
    return this.parse(request, await this.exchange(request), schema);
  }

  /** As `read`, but null for a 404. */
  async find<Body>(request: VaultRequest, schema: z.ZodType<Body>): Promise<Body | null> {
    const reply = await this.exchange(request);
    return reply.status === 404 ? null : this.parse(request, reply, schema);
  }

  /** The body of `reply` if it is a success, else the fault `vault_refused`. */
  parse<Body>(request: VaultRequest, reply: VaultReply, schema: z.ZodType<Body>): Body {
    if (reply.status > 299) throw refused(request, reply);
    return parseReply('vault', schema, reply.body);
  }

  /** Fails unless Vault answers and lets us in; for readiness. */
  async ping(signal: AbortSignal): Promise<void> {
    await this.read({ method: 'GET', path: 'auth/token/lookup-self', signal }, z.unknown());
  }

  /** Gives the token back, so that it is of no use to anybody after us. */
  async close(signal: AbortSignal): Promise<void> {
    if (this.#token === null) return;
    this.#token = null;
    await this.#send({ method: 'POST', path: 'auth/token/revoke-self', body: {}, signal });
  }

  /** Sees to a token that is good for a while; callers at the same time share one login. */
  async #open(signal: AbortSignal): Promise<void> {
    if (signal.aborted) throw gaveUp();
    if (this.#token !== null && ageOf(this.#token) < this.#token.ttlMs * RENEW_AT) return;
    this.#opening ??= this.#obtain().finally(() => {
      this.#opening = null;
    });
    await orAborted(this.#opening, signal);
  }

  async #obtain(): Promise<void> {
    const signal = deadline(LOGIN_LIMIT_MS);
    const token = this.#token;
    if (token !== null && ageOf(token) < token.ttlMs && (await this.#renew(token, signal))) return;
    await this.#login(signal);
  }

  /** True when the token may be used on; also when Vault is in trouble, for it lives still. */
  async #renew(token: Token, signal: AbortSignal): Promise<boolean> {
    const grantedAtMs = monotonicMs();
    const call = this.#client.tokenRenewSelf({ requestOptions: { signal } });
    const reply = await replyOf(call).catch(() => null);
    if (reply === null || reply.status >= 500) return true;
    const renewed = Login.safeParse(reply.body);
    if (reply.status !== 200 || !renewed.success) return false;
    const ttlMs = renewed.data.auth.lease_duration * 1000;
    if (ttlMs < token.firstTtlMs * WORTH_KEEPING) return false;
    this.#token = { ...token, ttlMs, grantedAtMs };
    return true;
  }

  async #login(signal: AbortSignal): Promise<void> {
    const { roleId, secretId } = await this.options.appRole();
    const asked = { method: 'POST', path: 'auth/approle/login' } as const;
    const grantedAtMs = monotonicMs();
    // A dead token must not go along with the login.
    this.#client.token = '';
    const reply = await this.#settle(
      { ...asked, signal },
      this.#client.approleLogin({
        role_id: roleId,
        secret_id: secretId,
        requestOptions: { signal },
      }),
    );
    const { auth } = this.parse({ ...asked, signal }, reply, Login);
    const ttlMs = auth.lease_duration * 1000;
    this.#token = { ttlMs, grantedAtMs, firstTtlMs: ttlMs };
  }

  #send(request: VaultRequest): Promise<VaultReply> {
    const { method, path, body, signal } = request;
    switch (method) {
      case 'GET':
        return this.#settle(request, this.#client.read(path, { signal }));
      case 'POST':
        return this.#settle(request, this.#client.write(path, body, { signal }));
      case 'PATCH':
        return this.#settle(request, this.#client.update(path, body, { signal }));
      case 'DELETE':
        return this.#settle(request, this.#client.delete(path, { signal }));
    }
  }

  /** The answer of `call` if it is below 500, else the fault that fits. */
  async #settle(request: VaultRequest, call: Promise<unknown>): Promise<VaultReply> {
    let reply: VaultReply;
    try {
      reply = await replyOf(call);
    } catch (error) {
      throw error instanceof HttpFailure ? unreachable('vault', request, error) : error;
    }
    if (reply.status < 500) return reply;
    if (reply.status === 503 && (await this.#isSealed(request.signal))) {
      throw new Fault('vault_sealed', 'Vault is sealed; the operator has to unseal it.');
    }
    throw refused(request, reply);
  }

  /** Whether the token is known to Vault: then a 403 was about the path, not about the token. */
  async #isAlive(token: string, signal: AbortSignal): Promise<boolean> {
    if (this.#client.token !== token) return false;
    const reply = await this.#send({ method: 'GET', path: 'auth/token/lookup-self', signal });
    return reply.status === 200;
  }

  async #isSealed(signal: AbortSignal): Promise<boolean> {
    const reply = await replyOf(this.#client.status({ requestOptions: { signal } })).catch(
      () => null,
    );
    const status = SealStatus.safeParse(reply?.body);
    return status.success && status.data.sealed;
  }
}

/** The fault for an answer that is none of those which the caller can use. */
export function refused(asked: Asked, reply: VaultReply): Fault {
  return faultOfReply('vault', asked, { ...reply, headers: {} });
}

function ageOf(token: Token): number {
  return monotonicMs() - token.grantedAtMs;
}

/** Waits for `work`, which others wait for too, but no longer than the caller does. */
async function orAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  let giveUp = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    giveUp = () => {
      reject(gaveUp());
    };
    signal.addEventListener('abort', giveUp, { once: true });
  });
  try {
    await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}

function gaveUp(): Fault {
  return new Fault('vault_unreachable', 'Vault does not answer. Try again in a moment.', {
    details: { reason: 'aborted' },
  });
}
