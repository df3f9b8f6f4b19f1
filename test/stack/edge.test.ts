import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer, request } from 'node:http';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { createHash } from 'node:crypto';
import { expect } from 'chai';
import type { EdgeKind } from '../../tools/stack/context.js';
import { callApiOk } from '../../tools/stack/http.js';
import type { StackInfo } from '../../tools/stack/stack-info.js';
import { waitFor } from '../support/wait-for.js';
import { StackCaller, purgePrivate, shortStateDir, upPrivate } from './support/private-stack.js';

const CLAIMED = 'oc-aaaaaaaaaaaa';
const UNCLAIMED = 'oc-bbbbbbbbbbbb';
const BROKEN = 'oc-cccccccccccc';

interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

for (const edge of ['caddy', 'traefik'] as const satisfies readonly EdgeKind[]) {
  describe(`${edge} as the edge`, function () {
    this.timeout(60_000);

    let stateDir: string;
    let stack: StackInfo;
    let gateway: Server;
    let lookUp: Server;
    const seen: Seen[] = [];

    before(async () => {
      stateDir = shortStateDir();
      stack = await upPrivate(stateDir, { edge });
      gateway = createServer((incoming, answer) => void actAsGateway(incoming, answer, seen));
      gateway.on('upgrade', echoUpgrade);
      const gatewayPort = await listen(gateway, 0);
      lookUp = createServer((incoming, answer) => {
        actAsLookUp(incoming, answer, { [CLAIMED]: gatewayPort, [BROKEN]: 1 });
      });
      await listen(lookUp, stack.ports.internal);
      if (edge === 'traefik') await registerRoutes(stack, gatewayPort);
      await waitFor(
        async () => {
          const claimed = await ask('/');
          const broken = await ask('/', { host: hostOf(BROKEN) });
          return claimed.status === 200 && broken.status !== 404;
        },
        { withinMs: 15_000, describe: 'the routes of the claimed instances' },
      );
    });

    after(async () => {
      for (const server of [gateway, lookUp]) {
        server?.closeAllConnections();
        server?.close();
      }
      if (stateDir !== undefined) await purgePrivate(stateDir);
    });

    beforeEach(() => {
      seen.length = 0;
    });

    it('brings a request to the claimed instance with its method, path, query and body', async () => {
      const answer = await ask('/v1/chat?x=1', { method: 'POST', body: 'hello' });
      expect(answer.status).to.equal(200);
      expect(seen).to.have.length(1);
      expect(seen[0]).to.include({ method: 'POST', path: '/v1/chat?x=1', body: 'hello' });
      expect(seen[0]?.headers.host).to.equal(hostOf(CLAIMED));
    });

    it('answers 404 for an instance without an owner and for an unknown name', async () => {
      expect((await ask('/', { host: hostOf(UNCLAIMED) })).status).to.equal(404);
      expect((await ask('/', { host: hostOf('oc-zzzzzzzzzzzz') })).status).to.equal(404);
      expect((await ask('/', { host: '127.0.0.1' })).status).to.equal(404);
      expect(seen).to.deep.equal([]);
    });

    it('answers 502 or 503 while the gateway does not listen', async () => {
      const answer = await ask('/', { host: hostOf(BROKEN) });
      expect(answer.status).to.be.oneOf([502, 503]);
      if (edge === 'caddy') {
        expect(answer.headers['retry-after']).to.equal('2');
        expect(answer.body).to.include('does not answer right now');
      }
    });

    for (const path of [
      '/api/v1/admin/rpc',
      '/api/v1/admin/rpc/x',
      '/API/v1/admin/RPC',
      '//api/v1/admin/rpc',
      '/api//v1/admin/rpc?x=1',
      '/api/v1/admin%2Frpc',
      '/%61pi/v1/admin/rpc',
      '/x/../api/v1/admin/rpc',
      '/api/v1/./admin/rpc',
      '/x/%2e%2e/api/v1/admin/rpc',
    ]) {
      it(`keeps ${path} from the gateway`, async () => {
        const answer = await ask(path, { method: 'POST', body: '{}' });
        expect(answer.status).to.be.oneOf([400, 404]);
        expect(seen).to.deep.equal([]);
      });
    }

    it('overrules what a client says about its address and its upstream', async () => {
      const answer = await ask('/', {
        headers: {
          'x-upstream': '127.0.0.1:1',
          'x-forwarded-for': '203.0.113.9',
          'x-real-ip': '203.0.113.9',
          'x-forwarded-host': hostOf(UNCLAIMED),
          forwarded: 'for=203.0.113.9',
        },
      });
      expect(answer.status).to.equal(200);
      // OpenClaw takes the last address that is not a loopback one for the client, and refuses a
      // client that has none.
      const hops = String(seen[0]?.headers['x-forwarded-for']).split(', ');
      expect(hops.filter((hop) => hop !== '127.0.0.1')).to.deep.equal(['192.0.2.1']);
      expect(JSON.stringify(seen[0]?.headers)).to.not.include('203.0.113.9');
    });

    it('cannot be talked into another instance by a forwarded host', async () => {
      const answer = await ask('/', {
        host: hostOf(UNCLAIMED),
        headers: { 'x-forwarded-host': hostOf(CLAIMED) },
      });
      expect(answer.status).to.equal(404);
    });

    it('passes the parts of a stream on as they come', async () => {
      const firstPartAfterMs = await new Promise<number>((resolve, reject) => {
        const beganAt = performance.now();
        const call = request(requestTo('/stream'), (answer) => {
          answer.once('data', () => {
            resolve(performance.now() - beganAt);
            call.destroy();
          });
        });
        call.once('error', reject);
        call.end();
      });
      expect(firstPartAfterMs).to.be.lessThan(1_000);
    });

    it('lets WebSockets through', async () => {
      const call = request({
        ...requestTo('/socket'),
        headers: {
          host: hostOf(CLAIMED),
          connection: 'Upgrade',
          upgrade: 'websocket',
          'sec-websocket-version': '13',
          'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
        },
      });
      call.end();
      const [answer, socket] = (await once(call, 'upgrade')) as [IncomingMessage, Socket];
      expect(answer.statusCode).to.equal(101);
      let echoed = '';
      socket.on('data', (part: Buffer) => (echoed += part.toString()));
      socket.write('ping');
      await waitFor(() => echoed === 'ping', { withinMs: 5_000, describe: 'the echo' });
      socket.destroy();
    });

    function hostOf(id: string): string {
      return `${id}.${stack.baseDomain}:${stack.ports.edge}`;
    }

    function requestTo(path: string, method = 'GET') {
      const { edge: port } = stack.ports;
      return { host: '127.0.0.1', port, path, method, headers: { host: hostOf(CLAIMED) } };
    }

    async function ask(
      path: string,
      given: {
        method?: string;
        body?: string;
        host?: string;
        headers?: Record<string, string>;
      } = {},
    ): Promise<Answer> {
      const options = requestTo(path, given.method);
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
  });
}

/** The edge's look-up as the control plane answers it, for hosts whose upstream is in `ports`. */
function actAsLookUp(
  incoming: IncomingMessage,
  answer: ServerResponse,
  ports: Readonly<Record<string, number>>,
): void {
  const host = incoming.headers['x-forwarded-host'] ?? incoming.headers.host ?? '';
  const port = ports[String(host).split('.')[0] ?? ''];
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
  const { method = '', url = '', headers } = incoming;
  seen.push({ method, path: url, headers, body });
  if (url !== '/stream') {
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
  socket.write(
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
      `Sec-WebSocket-Accept: ${accept.digest('base64')}\r\n\r\n`,
  );
  socket.on('data', (part: Buffer) => socket.write(part));
  socket.on('error', () => socket.destroy());
}

async function listen(server: Server, port: number): Promise<number> {
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
        Tags: [
          'traefik.enable=true',
          `traefik.http.routers.${id}.rule=Host(\`${id}.${stack.baseDomain}\`)`,
          `traefik.http.routers.${id}.entrypoints=web`,
          `traefik.http.routers.${id}.middlewares=clawdeploy-route@file`,
          `traefik.http.routers.${id}.service=${id}`,
          `traefik.http.services.${id}.loadbalancer.passhostheader=true`,
        ],
      },
    });
  }
}
