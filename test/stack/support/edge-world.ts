import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer, request } from 'node:http';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { createHash } from 'node:crypto';
import type { EdgeKind } from '../../../tools/stack/context.js';
import { callApiOk } from '../../../tools/stack/http.js';
import type { StackInfo } from '../../../tools/stack/stack-info.js';
import { Shared } from '../../support/shared.js';
import { waitFor } from '../../support/wait-for.js';
import { tagsOf } from '../../support/register-in-consul.js';
import { StackCaller, purgePrivate, shortStateDir, upPrivate } from './private-stack.js';

/** Instances that the look-up knows: one that is claimed, and one whose gateway does not listen. */
export const CLAIMED = 'oc-aaaaaaaaaaaa';
export const BROKEN = 'oc-cccccccccccc';
/** An instance that runs and that the look-up has no owner for. */
export const UNCLAIMED = 'oc-bbbbbbbbbbbb';

/** What reached the gateway. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

interface Given {
  readonly method?: string;
  readonly body?: string;
  readonly host?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A connection on which nothing comes for so long has nothing to say. */
const QUIET_MS = 1_500;
/** After an answer, another one to the same bytes would follow at once. */
const QUIET_AFTER_ANSWER_MS = 400;

/** A real edge, between clients that say anything and a gateway that writes down what it hears. */
export class EdgeWorld {
  /** What reached the gateway, oldest first; tests empty it. */
  readonly seen: Seen[] = [];

  private constructor(
    readonly stack: StackInfo,
    private readonly stateDir: string,
    private readonly servers: Server[],
  ) {}

  static async start(edge: EdgeKind): Promise<EdgeWorld> {
    const stateDir = shortStateDir();
    const servers: Server[] = [];
    try {
      const stack = await upPrivate(stateDir, { edge });
      const world = new EdgeWorld(stack, stateDir, servers);
      await world.#openBehind(edge);
      await world.#untilRouted();
      return world;
    } catch (error) {
      await end(servers, stateDir);
      throw error;
    }
  }

  stop(): Promise<void> {
    return end(this.servers, this.stateDir);
  }

  /** Opens what stands behind the edge: a gateway, and the look-up that leads to it. */
  async #openBehind(edge: EdgeKind): Promise<void> {
    const gateway = createServer((incoming, answer) => {
      void actAsGateway(incoming, answer, this.seen);
    });
    gateway.on('upgrade', (incoming: IncomingMessage, socket: Socket) => {
      this.seen.push(seenOf(incoming, ''));
      echoUpgrade(incoming, socket);
    });
    this.servers.push(gateway);
    const gatewayPort = await listen(gateway, 0);
    const lookUp = createServer((incoming, answer) => {
      actAsLookUp(incoming, answer, { [CLAIMED]: gatewayPort, [BROKEN]: 1 });
    });
    this.servers.push(lookUp);
    await listen(lookUp, this.stack.ports.internal);
    if (edge === 'traefik') await registerRoutes(this.stack, gatewayPort);
  }

  hostOf(id: string): string {
    return `${id}.${this.stack.baseDomain}:${this.stack.ports.edge}`;
  }

  /** A request to the claimed instance, for `http.request`. */
  requestTo(path: string, method = 'GET') {
    const { edge: port } = this.stack.ports;
    return { host: '127.0.0.1', port, path, method, headers: { host: this.hostOf(CLAIMED) } };
  }

  /** The answer to a request to the claimed instance, or to whom `given` names. */
  async ask(path: string, given: Given = {}): Promise<Answer> {
    const options = this.requestTo(path, given.method);
    const headers = { ...given.headers, host: given.host ?? options.headers.host };
    const call = request({ ...options, headers, agent: false, timeout: 10_000 });
    call.end(given.body);
    const [answer] = (await once(call, 'response')) as [IncomingMessage];
    const parts: Buffer[] = [];
    for await (const part of answer) parts.push(part as Buffer);
    return {
      status: answer.statusCode ?? 0,
      headers: answer.headers,
      body: Buffer.concat(parts).toString(),
    };
  }

  /**
   * Sends `text` as it is, which no HTTP client would, and returns all that came back until the edge
   * closed the connection or said no more.
   */
  async say(text: string): Promise<string> {
    return (await this.#talk(text, QUIET_MS, QUIET_AFTER_ANSWER_MS)).said;
  }

  /** Whether the edge closes a connection on which `text` is all that comes, within so long. */
  async hangsUpOn(text: string, withinMs: number): Promise<boolean> {
    return (await this.#talk(text, withinMs, withinMs)).isHungUp;
  }

  async #talk(
    text: string,
    quietMs: number,
    quietAfterAnswerMs: number,
  ): Promise<{ said: string; isHungUp: boolean }> {
    const socket = connect(this.stack.ports.edge, '127.0.0.1');
    let said = '';
    let isHungUp = true;
    socket.setTimeout(quietMs, () => {
      isHungUp = false;
      socket.destroy();
    });
    socket.on('data', (part: Buffer) => {
      said += part.toString('latin1');
      socket.setTimeout(quietAfterAnswerMs);
    });
    // A connection that is cut in the middle of being written to is an answer too.
    socket.on('error', () => socket.destroy());
    socket.write(text, 'latin1');
    await once(socket, 'close');
    return { said, isHungUp };
  }

  async #untilRouted(): Promise<void> {
    await waitFor(
      async () => {
        const claimed = await this.ask('/');
        const broken = await this.ask('/', { host: this.hostOf(BROKEN) });
        return claimed.status === 200 && broken.status !== 404;
      },
      { withinMs: 15_000, describe: 'the routes of the claimed instances' },
    );
  }
}

const worldOf = (edge: EdgeKind): Shared<EdgeWorld> =>
  new Shared(
    () => EdgeWorld.start(edge),
    (world) => world.stop(),
  );

/** One world behind each edge, for all suites that put it to the test; they change nothing in it. */
export const edgeWorlds: Readonly<Record<EdgeKind, Shared<EdgeWorld>>> = {
  caddy: worldOf('caddy'),
  traefik: worldOf('traefik'),
};

async function end(servers: readonly Server[], stateDir: string): Promise<void> {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  await purgePrivate(stateDir);
}

function seenOf({ method = '', url = '', headers }: IncomingMessage, body: string): Seen {
  return { method, path: url, headers, body };
}

/** The edge's look-up as the control plane answers it, for hosts whose upstream is in `ports`. */
export function actAsLookUp(
  incoming: IncomingMessage,
  answer: ServerResponse,
  ports: Readonly<Record<string, number>>,
): void {
  const host = incoming.headers['x-forwarded-host'] ?? incoming.headers.host ?? '';
  const port = ports[String(host).toLowerCase().split('.')[0] ?? ''];
  const isKnown = incoming.url === '/internal/route' && port !== undefined;
  if (isKnown) answer.setHeader('X-Upstream', `127.0.0.1:${port}`);
  answer.writeHead(isKnown ? 200 : 404).end(isKnown ? '' : 'no such instance');
}

async function actAsGateway(
  incoming: IncomingMessage,
  answer: ServerResponse,
  seen: Seen[],
): Promise<void> {
  let body = '';
  for await (const part of incoming) body += String(part);
  seen.push(seenOf(incoming, body));
  if (incoming.url !== '/stream') {
    answer.end('gateway');
    return;
  }
  // Never ended by us: only a proxy that does not wait for the end shows the first part.
  answer.writeHead(200, { 'content-type': 'text/event-stream' });
  answer.write('data: first\n\n');
}

function echoUpgrade(incoming: IncomingMessage, socket: Socket): void {
  const key = String(incoming.headers['sec-websocket-key']);
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`);
  const protocol = String(incoming.headers.upgrade);
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: ${protocol}\r\nConnection: Upgrade\r\n` +
      `Sec-WebSocket-Accept: ${accept.digest('base64')}\r\n\r\n`,
  );
  socket.on('data', (part: Buffer) => socket.write(part));
  socket.on('error', () => socket.destroy());
}

/** Listens on loopback and returns the port. */
export async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
/** Registers instances as the instance job does, by the tags that Traefik reads. */
async function registerRoutes(stack: StackInfo, gatewayPort: number): Promise<void> {
  const token = new StackCaller(stack).secret('consul-management.token');
  for (const [id, port] of Object.entries({
    [CLAIMED]: gatewayPort,
    [UNCLAIMED]: gatewayPort,
    [BROKEN]: 1,
  })) {
    await callApiOk(`${stack.urls.consul}/v1/agent/service/register`, {
      method: 'PUT',
      headers: { 'x-consul-token': token },
      body: {
        ID: id,
        Name: 'openclaw',
        Address: '127.0.0.1',
        Port: port,
        Tags: tagsOf(id, stack.baseDomain),
      },
    });
  }
}
