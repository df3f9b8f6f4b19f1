import Consul from 'consul';
import { EventEmitter } from 'node:events';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { z } from 'zod';
import type { InstanceId } from '../../domain/ids.js';
import { Fault } from '../../errors/index.js';
import { monotonicMs } from '../../lib/clock.js';
import { deadline } from '../../lib/timers.js';
import type { Catalog, CatalogEntry, CatalogSnapshot } from '../../ports/index.js';
import { HttpFailure, reasonOf } from '../http/http-failure.js';
import type { CallObserver, CallOutcome } from '../http/http-transport.js';
import { parseReply } from '../http/json-client.js';
import type { Asked } from '../http/outside-faults.js';
import { faultOfReply, refusal, unreachable } from '../http/outside-faults.js';
import { META_INSTANCE, entriesOf } from './mapper.js';
import { Answer } from './wire.js';

export interface ConsulCatalogOptions {
  /** Scheme, host and port, e.g. `http://127.0.0.1:8500`. */
  readonly address: string;
  /** A token of the policy consul/acl/clawdeploy-control-plane; asked for with each call. */
  readonly token: () => string;
  /** Name that all instances are registered under. */
  readonly service: string;
  readonly onCall?: CallObserver;
}

/** How long one look may take, in milliseconds. */
const LOOK_MS = 5_000;
/** How long a snapshot waits for a change; Consul adds up to a sixteenth to spread its callers. */
const WAIT_MS = 55_000;
/** After this a waiting snapshot has lost its other end. */
const WAIT_LIMIT_MS = Math.ceil(WAIT_MS * (1 + 1 / 16)) + LOOK_MS;

/** What the package throws for an answer that is no success. */
const Refusal = z.object({ response: z.object({ statusCode: z.number(), body: z.unknown() }) });

type Query = Readonly<Record<string, string>>;

/**
 * Where gateways listen, from Consul's health endpoint.
 *
 * A token without the right to see the service gets an empty list, not an error; Consul says so in
 * a header, which is taken for the refusal that it is, or all instances would seem gone.
 */
export class ConsulCatalog implements Catalog {
  readonly #consul: Consul;

  constructor(private readonly options: ConsulCatalogOptions) {
    const { protocol, hostname, port } = new URL(options.address);
    const secure = protocol === 'https:';
    const Agent = secure ? HttpsAgent : HttpAgent;
    this.#consul = new Consul({
      host: hostname,
      port: Number(port === '' ? (secure ? 443 : 80) : port),
      secure,
      // Each waiting snapshot holds a connection; without reuse each look would open another.
      agent: new Agent({ keepAlive: true, maxSockets: 64 }),
    });
  }

  async find(instanceId: InstanceId, signal: AbortSignal): Promise<CatalogEntry | null> {
    const filter = `Service.Meta.${META_INSTANCE} == "${instanceId}"`;
    const { entries } = await this.#look({ filter }, deadline(LOOK_MS, signal));
    return entries[0] ?? null;
  }

  async snapshot(afterIndex: string | null, signal: AbortSignal): Promise<CatalogSnapshot> {
    if (afterIndex === null) return this.#look({}, deadline(LOOK_MS, signal));
    const waiting = { index: afterIndex, wait: `${String(WAIT_MS / 1000)}s` };
    return this.#look(waiting, deadline(WAIT_LIMIT_MS, signal));
  }

  /** Ends idle connections; for the end of the process. */
  close(): void {
    this.#consul.destroy();
  }

  async #look(query: Query, signal: AbortSignal): Promise<CatalogSnapshot> {
    const startedMs = monotonicMs();
    let outcome: CallOutcome = 'unreachable';
    try {
      const answer = await this.#ask(query, signal);
      outcome = 'ok';
      const [{ headers }, registrations] = parseReply('consul', Answer, answer);
      if (headers['x-consul-results-filtered-by-acls'] === 'true') {
        throw refusal(
          'consul',
          'Consul hides instances from our token; its policy lacks a right.',
          {
            ...this.#asked,
          },
        );
      }
      return { entries: entriesOf(registrations), index: indexOf(headers) };
    } catch (error) {
      if (error instanceof Fault && error.code === 'consul_refused') outcome = 'refused';
      throw error;
    } finally {
      this.options.onCall?.('consul', outcome, (monotonicMs() - startedMs) / 1000);
    }
  }

  /** The answer with its headers; whatever the package throws becomes a fault. */
  async #ask(query: Query, signal: AbortSignal): Promise<unknown> {
    if (signal.aborted) throw this.#unreachable(new Error('given up before it began'), signal);
    // The package cancels by an event, and returns headers only to whoever asks with a context.
    const context = Object.assign(new EventEmitter(), { includeResponse: true });
    const cancel = (): void => {
      context.emit('cancel');
    };
    signal.addEventListener('abort', cancel, { once: true });
    const { service, token } = this.options;
    const options = { service, token: token(), ...query, ctx: context };
    try {
      return await this.#consul.health.service(options);
    } catch (error) {
      const refused = Refusal.safeParse(error);
      if (!refused.success) throw this.#unreachable(error, signal);
      const { statusCode: status, body } = refused.data.response;
      throw faultOfReply('consul', this.#asked, { status, body: textOf(body), headers: {} });
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }

  get #asked(): Asked {
    return { method: 'GET', path: `/health/service/${this.options.service}` };
  }

  #unreachable(error: unknown, signal: AbortSignal): Fault {
    const failure = new HttpFailure(reasonOf(error, signal), error);
    return unreachable('consul', this.#asked, failure);
  }
}

/**
 * The index to wait from. Never 0, from which Consul would answer at once for ever; and a smaller
 * one than before is passed on as it is: the entries that came with it are the present ones.
 */
function indexOf(headers: Readonly<Record<string, unknown>>): string {
  const index = Number(headers['x-consul-index']);
  return String(Number.isSafeInteger(index) && index > 0 ? index : 1);
}

function textOf(body: unknown): string {
  return typeof body === 'string' || Buffer.isBuffer(body) ? body.toString() : '';
}
