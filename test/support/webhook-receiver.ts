import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';

/** One request as it came. */
export interface Received {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What a receiver does with a request: `cut` ends the connection, `hang` never answers. */
export type Behaviour =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  | 'hang'
  | 'cut'
  | 'cut_in_body'
  | 'endless_body';

/** A backend that is told of events, on a free port of this machine. */
export class WebhookReceiver {
  readonly received: Received[] = [];
  /** By path; 204 where nothing else is said. */
  readonly behaviours = new Map<string, Behaviour>();
  /** Requests that are being answered, and the most there ever were, by path. */
  readonly atOnce = new Map<string, { now: number; most: number }>();
  /** How long an answer takes, by path, in milliseconds. */
  readonly slowness = new Map<string, number>();
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      this.#take(request, response).catch(() => response.destroy());
    });
  }

  static async start(): Promise<WebhookReceiver> {
    const receiver = new WebhookReceiver();
    receiver.#server.listen(0, '127.0.0.1');
    await once(receiver.#server, 'listening');
    return receiver;
  }

  url(path: string): string {
    return `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}${path}`;
  }

  at(path: string): readonly Received[] {
    return this.received.filter((one) => one.path === path);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((closed) => this.#server.close(closed));
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    const count = this.atOnce.get(path) ?? { now: 0, most: 0 };
    this.atOnce.set(path, count);
    count.now += 1;
    count.most = Math.max(count.most, count.now);
    response.once('close', () => (count.now -= 1));
    const body = await text(request);
    const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)]);
    this.received.push({ path, headers: Object.fromEntries(headers), body });
    const slowMs = this.slowness.get(path) ?? 0;
    if (slowMs > 0) await new Promise((resolve) => setTimeout(resolve, slowMs));
    this.#answer(response, this.behaviours.get(path) ?? { status: 204 });
  }

  #answer(response: ServerResponse, behaviour: Behaviour): void {
    if (behaviour === 'hang') return;
    if (behaviour === 'cut') {
      response.destroy();
      return;
    }
    if (behaviour === 'cut_in_body') {
      response.writeHead(500, { 'content-length': '1000' });
      response.write('half of', () => response.destroy());
      return;
    }
    if (behaviour === 'endless_body') {
      response.writeHead(200);
      const more = (): void => {
        if (!response.destroyed) response.write('x'.repeat(1024), () => setImmediate(more));
      };
      more();
      return;
    }
    response.writeHead(behaviour.status, behaviour.headers ?? {});
    response.end();
  }
}

/** What the request says, if the official library takes its signature with this secret. */
export function verified({ body, headers }: Received, secret: string): unknown {
  return new Webhook(secret).verify(body, headers);
}
