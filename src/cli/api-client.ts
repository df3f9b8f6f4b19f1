import type { z } from 'zod';
import { HttpFailure } from '../clients/http/http-failure.js';
import type { HttpReply, HttpRequest } from '../clients/http/http-transport.js';
import { HttpTransport } from '../clients/http/http-transport.js';
import { monotonicMs } from '../lib/clock.js';
import { deadline, pause } from '../lib/timers.js';
import { instancesIn } from './api-client-events.js';
import { ApiFailure, noAnswer, refusalOf } from './api-client-failure.js';
import type {
  AccessAnswer,
  ApiKeyAnswer,
  ApiKeyCreatedAnswer,
  AuditPageAnswer,
  CampaignAnswer,
  ClaimedAnswer,
  InstanceAnswer,
  KeyAnswer,
  PoolAnswer,
  RotationAnswer,
  SuspensionAnswer,
  SweepAnswer,
} from './api-client-replies.js';
import {
  AccessReply,
  ApiKeyCreatedReply,
  ApiKeyPageReply,
  ApiKeyReply,
  AuditPageReply,
  CampaignListReply,
  CampaignReply,
  ClaimedReply,
  InstancePageReply,
  InstanceReply,
  KeyListReply,
  PoolListReply,
  PoolReply,
  RotationReply,
  SuspensionReply,
  SweepReply,
} from './api-client-replies.js';

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
/** Pages that are followed at most: more instances than anybody reads on a terminal. */
const PAGES_MAX = 500;

export interface ClaimWish {
  readonly tenant?: string;
  readonly name?: string;
  readonly sizeClass?: string;
  readonly region?: string;
  readonly idempotencyKey?: string;
}

/** A key's new value, and whether its provider is to be asked about it first. */
export interface KeyWish {
  readonly id: string;
  readonly name: string;
  readonly value: string;
  readonly isVerified?: boolean;
  /** Whose key it is; the tenant's by default. */
  readonly owner?: 'tenant' | 'platform';
}

/** Which key to exchange across the fleet; without a value its tenants are asked for theirs. */
/** What an API key is to be for. */
export interface ApiKeyWish {
  readonly name: string;
  readonly role: string;
  readonly tenant?: string;
  readonly scopes?: readonly string[];
  readonly expiresInDays: number;
}

export type CampaignWish =
  | {
      readonly kind: 'replace';
      readonly keyName: string;
      readonly value: string;
      /** Share of the instances that may keep their old key before it halts, 0 to 1. */
      readonly failureBudget?: number;
    }
  | { readonly kind: 'renew'; readonly keyName: string };

/** What to change of a pool; absent parts stay. */
export interface PoolWish {
  readonly idleFloor?: number;
  readonly idleCeiling?: number;
  readonly membersMax?: number;
  readonly isPaused?: boolean;
  readonly isBreakerOpen?: false;
}

/** Which audit records to show; times as ISO 8601. */
export interface AuditWish {
  readonly target?: string;
  readonly actor?: string;
  readonly action?: string;
  readonly outcome?: string;
  readonly since?: string;
  readonly until?: string;
}

export interface ListWish {
  readonly state?: string;
  readonly tenant?: string;
}

/** Until when an instance is looked at. */
export interface Watch {
  readonly until: (instance: InstanceAnswer) => boolean;
  readonly withinMs: number;
  readonly onLook?: (instance: InstanceAnswer) => void;
  readonly signal: AbortSignal;
}

/**
 * The API as TypeScript calls: what the CLI, the demo and tests use. Every method fails with
 * `ApiFailure` alone, and nothing is tried again here: the caller knows what may be repeated.
 */
export class ApiClient {
  readonly #transport: HttpTransport;

  constructor(
    private readonly apiUrl: string,
    token: string,
  ) {
    const headers = { authorization: `Bearer ${token}` };
    this.#transport = new HttpTransport({
      system: 'clawdeploy',
      baseUrl: apiUrl,
      headers: () => headers,
    });
  }

  /** Claims an instance: ready about a second later, or after a start when none was warm. */
  claim(wish: ClaimWish, signal: AbortSignal): Promise<ClaimedAnswer> {
    const { idempotencyKey, ...body } = wish;
    const headers = idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey };
    const request = { method: 'POST', path: '/v1/instances', headers, body, signal } as const;
    return this.#send(request, ClaimedReply);
  }

  find(id: string, signal: AbortSignal): Promise<InstanceAnswer> {
    return this.#send({ method: 'GET', path: instancePath(id), signal }, InstanceReply);
  }

  /** Every instance that the caller may see, in the order of their ids. */
  async list(wish: ListWish, signal: AbortSignal): Promise<readonly InstanceAnswer[]> {
    const found: InstanceAnswer[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < PAGES_MAX; page += 1) {
      const query = { ...wish, limit: PAGE_SIZE, cursor };
      const request = { method: 'GET', path: '/v1/instances', query, signal } as const;
      const { items, nextCursor } = await this.#send(request, InstancePageReply);
      found.push(...items);
      if (nextCursor === null) break;
      cursor = nextCursor;
    }
    return found;
  }

  /**
   * Follows an instance by its events until `until` holds, and returns it as it is then or when time
   * is up. Where there is no stream to be had, it is looked at instead.
   */
  async follow(id: string, watch: Watch): Promise<InstanceAnswer> {
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
  async watch(id: string, watch: Watch): Promise<InstanceAnswer> {
    const endMs = monotonicMs() + watch.withinMs;
    for (;;) {
      const instance = await this.find(id, watch.signal);
      watch.onLook?.(instance);
      if (watch.until(instance) || monotonicMs() >= endMs) return instance;
      await pause(LOOK_EVERY_MS, watch.signal);
    }
  }

  /** The gateway's URL and token. Every call is audited. */
  readAccess(id: string, signal: AbortSignal): Promise<AccessAnswer> {
    return this.#send({ method: 'GET', path: `${instancePath(id)}/access`, signal }, AccessReply);
  }

  /** Marks an instance for deletion: its name is closed at once, the rest follows. */
  delete(id: string, signal: AbortSignal): Promise<InstanceAnswer> {
    return this.#send({ method: 'DELETE', path: instancePath(id), signal }, InstanceReply);
  }

  async listKeys(id: string, signal: AbortSignal): Promise<readonly KeyAnswer[]> {
    const request = { method: 'GET', path: `${instancePath(id)}/keys`, signal } as const;
    return (await this.#send(request, KeyListReply)).items;
  }

  /** Sets a key and waits up to `waitSeconds` until the gateway uses it; 0 waits for nothing. */
  setKey(key: KeyWish, waitSeconds: number, signal: AbortSignal): Promise<InstanceAnswer> {
    const [body, query] = [{ value: key.value, owner: key.owner }, verifying(key)];
    const request = { method: 'PUT', path: keyPath(key), query, body, signal } as const;
    return this.#send({ ...request, ...waiting(waitSeconds) }, InstanceReply);
  }

  /** Exchanges a key for a proven one and waits up to `waitSeconds` until that is over. */
  rotateKey(key: KeyWish, waitSeconds: number, signal: AbortSignal): Promise<RotationAnswer> {
    const path = `${instancePath(key.id)}/rotations`;
    const body = { keys: [{ name: key.name, value: key.value }], owner: key.owner };
    const request = { method: 'POST', path, query: verifying(key), body, signal } as const;
    return this.#send({ ...request, ...waiting(waitSeconds) }, RotationReply);
  }

  /** Removes a key and waits up to `waitSeconds` until the gateway runs without it. */
  deleteKey(
    key: { readonly id: string; readonly name: string },
    waitSeconds: number,
    signal: AbortSignal,
  ): Promise<InstanceAnswer> {
    const request = { method: 'DELETE', path: keyPath(key), signal } as const;
    return this.#send({ ...request, ...waiting(waitSeconds) }, InstanceReply);
  }

  async listPools(signal: AbortSignal): Promise<readonly PoolAnswer[]> {
    return (await this.#send({ method: 'GET', path: '/v1/pools', signal }, PoolListReply)).items;
  }

  /** Asks for a sweep, which a controller does within seconds. */
  requestSweep(isDryRun: boolean, signal: AbortSignal): Promise<SweepAnswer> {
    const request = { method: 'POST', path: '/v1/sweeps', body: { isDryRun }, signal } as const;
    return this.#send(request, SweepReply);
  }

  /** A sweep by its id, or the last one that was done by `latest`. */
  findSweep(id: string, signal: AbortSignal): Promise<SweepAnswer> {
    const path = `/v1/sweeps/${encodeURIComponent(id)}`;
    return this.#send({ method: 'GET', path, signal }, SweepReply);
  }

  /** Starts to exchange a key across the fleet, or to ask tenants for theirs. */
  startCampaign(wish: CampaignWish, signal: AbortSignal): Promise<CampaignAnswer> {
    const request = { method: 'POST', path: CAMPAIGNS_PATH, body: wish, signal } as const;
    return this.#send(request, CampaignReply);
  }

  async listCampaigns(signal: AbortSignal): Promise<readonly CampaignAnswer[]> {
    const request = { method: 'GET', path: CAMPAIGNS_PATH, signal } as const;
    return (await this.#send(request, CampaignListReply)).items;
  }

  findCampaign(id: string, signal: AbortSignal): Promise<CampaignAnswer> {
    return this.#send({ method: 'GET', path: campaignPath(id), signal }, CampaignReply);
  }

  /** Pauses a campaign, has it go on, or gives it up. */
  changeCampaign(
    id: string,
    state: 'paused' | 'running' | 'aborted',
    signal: AbortSignal,
  ): Promise<CampaignAnswer> {
    const request = { method: 'PATCH', path: campaignPath(id), body: { state }, signal } as const;
    return this.#send(request, CampaignReply);
  }

  /** Makes an API key; the answer is the only place where it ever is. */
  createApiKey(body: ApiKeyWish, signal: AbortSignal): Promise<ApiKeyCreatedAnswer> {
    const request = { method: 'POST', path: API_KEYS_PATH, body, signal } as const;
    return this.#send(request, ApiKeyCreatedReply);
  }

  async listApiKeys(signal: AbortSignal): Promise<readonly ApiKeyAnswer[]> {
    const all: ApiKeyAnswer[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < PAGES_MAX; page += 1) {
      const query = { limit: PAGE_SIZE, cursor };
      const request = { method: 'GET', path: API_KEYS_PATH, query, signal } as const;
      const { items, nextCursor } = await this.#send(request, ApiKeyPageReply);
      all.push(...items);
      if (nextCursor === null) break;
      cursor = nextCursor;
    }
    return all;
  }

  revokeApiKey(id: string, signal: AbortSignal): Promise<ApiKeyAnswer> {
    const path = `${API_KEYS_PATH}/${encodeURIComponent(id)}`;
    return this.#send({ method: 'DELETE', path, signal }, ApiKeyReply);
  }

  /** One page of the audit, newest first; it may be short, and the last one has no cursor. */
  listAudit(
    { cursor, limit, ...wish }: AuditWish & { cursor: string | null; limit: number },
    signal: AbortSignal,
  ): Promise<AuditPageAnswer> {
    const query = { ...wish, limit: Math.min(limit, PAGE_SIZE), cursor: cursor ?? undefined };
    return this.#send({ method: 'GET', path: '/v1/audit', query, signal }, AuditPageReply);
  }

  /** Sealed lines of the audit as they were sent, from the one after `after` on; none at the end. */
  async exportAudit(after: number, signal: AbortSignal): Promise<readonly string[]> {
    const request = { method: 'GET', path: '/v1/audit/export', query: { after }, signal } as const;
    const reply = await this.#exchange(request);
    if (reply.status !== 200) throw refusalOf(reply);
    // A page of a single line is JSON as a whole.
    if (typeof reply.body !== 'string') return [JSON.stringify(reply.body)];
    return reply.body.split('\n').filter((line) => line !== '');
  }

  changePool(id: string, body: PoolWish, signal: AbortSignal): Promise<PoolAnswer> {
    const path = `/v1/pools/${encodeURIComponent(id)}`;
    return this.#send({ method: 'PATCH', path, body, signal }, PoolReply);
  }

  /** Lets a tenant claim nothing new, or claim again. */
  suspend(tenant: string, isSuspended: boolean, signal: AbortSignal): Promise<SuspensionAnswer> {
    const path = `/v1/tenants/${encodeURIComponent(tenant)}/suspension`;
    const method = isSuspended ? 'PUT' : 'DELETE';
    return this.#send({ method, path, signal }, SuspensionReply);
  }

  /** Closes idle connections, which would otherwise keep the process alive for seconds. */
  close(): void {
    this.#transport.close();
  }

  /** What the event stream tells until it ends, in whatever way. */
  async *#events(id: string, signal: AbortSignal): AsyncGenerator<InstanceAnswer, void> {
    const headers = { accept: 'text/event-stream' };
    const request = { method: 'GET', path: `${instancePath(id)}/events`, headers, signal } as const;
    try {
      const { status, pieces, close } = await this.#transport.open(request, SILENCE_MS);
      if (status === 200) yield* instancesIn(pieces);
      close();
    } catch (error) {
      if (!(error instanceof HttpFailure)) throw error;
    }
  }

  async #send<Body>(request: HttpRequest, schema: z.ZodType<Body>): Promise<Body> {
    const reply = await this.#exchange(request);
    if (reply.status < 200 || reply.status > 299) throw refusalOf(reply);
    const outcome = schema.safeParse(reply.body);
    return outcome.success ? outcome.data : fail(reply);
  }

  async #exchange(request: HttpRequest): Promise<HttpReply> {
    try {
      return await this.#transport.exchange({ timeoutMs: TIMEOUT_MS, ...request });
    } catch (error) {
      throw error instanceof HttpFailure ? noAnswer(this.apiUrl) : error;
    }
  }
}

const API_KEYS_PATH = '/v1/api-keys';
const CAMPAIGNS_PATH = '/v1/key-campaigns';

function campaignPath(id: string): string {
  return `${CAMPAIGNS_PATH}/${encodeURIComponent(id)}`;
}

function instancePath(id: string): string {
  return `/v1/instances/${encodeURIComponent(id)}`;
}

function keyPath({ id, name }: { readonly id: string; readonly name: string }): string {
  return `${instancePath(id)}/keys/${encodeURIComponent(name)}`;
}

function verifying({ isVerified = false }: KeyWish): NonNullable<HttpRequest['query']> {
  return { verify: isVerified ? true : undefined };
}

function waiting(seconds: number): Pick<HttpRequest, 'headers' | 'timeoutMs'> {
  if (seconds <= 0) return {};
  const held = Math.min(seconds, WAIT_SECONDS_MAX);
  return { headers: { prefer: `wait=${held}` }, timeoutMs: TIMEOUT_MS + held * 1000 };
}

function fail({ status }: HttpReply): never {
  throw new ApiFailure('The API’s answer has an unknown shape. Is this client too old for it?', {
    status,
    code: null,
    requestId: null,
    retryAfterMs: null,
  });
}
