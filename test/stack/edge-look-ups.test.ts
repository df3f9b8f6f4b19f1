import type { Server } from 'node:http';
import { createServer, request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { expect } from 'chai';
import type { TestCaddy } from '../support/test-caddy.js';
import { startTestCaddy } from '../support/test-caddy.js';
import { freePorts } from '../support/free-port.js';
import { waitFor } from '../support/wait-for.js';
import { CLAIMED, actAsLookUp, listen } from './support/edge-world.js';

const BASE_DOMAIN = 'claws.localhost';

/** The look-up has several replicas; Caddy is to need any one of them. */
describe('Caddy before two replicas of the look-up', function () {
  this.timeout(60_000);

  let caddy: TestCaddy;
  let gateway: Server;
  let ports: readonly [number, number];
  let replicas: (Replica | null)[];

  before(async () => {
    gateway = createServer((_, answer) => answer.end('gateway'));
    gateway.on('upgrade', (_: IncomingMessage, socket: Socket) => {
      socket.write(
        'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
      );
      socket.on('data', (part: Buffer) => socket.write(part));
      socket.on('error', () => socket.destroy());
    });
    await listen(gateway, 0);
    const [first = 0, second = 0] = await freePorts(2);
    ports = [first, second];
    caddy = await startTestCaddy(
      ports.map((port) => `127.0.0.1:${String(port)}`),
      BASE_DOMAIN,
    );
  });

  beforeEach(async () => {
    replicas = await Promise.all(ports.map((port) => Replica.open(port, gateway)));
  });

  afterEach(() => {
    for (const replica of replicas) replica?.close();
  });

  after(async () => {
    gateway?.closeAllConnections();
    gateway?.close();
    await caddy?.stop();
  });

  it('asks them in turn', async () => {
    for (let requests = 0; requests < 10; requests += 1) await ask();
    expect(replicas.map((replica) => replica?.asked)).to.deep.equal([5, 5]);
  });

  it('gives up idle connections to a gateway before the gateway does', async () => {
    gateway.keepAliveTimeout = 60_000;
    await ask();
    const open = () =>
      new Promise<number>((resolve, reject) => {
        gateway.getConnections((error, count) => {
          if (error === null) resolve(count);
          else reject(error);
        });
      });
    expect(await open()).to.be.greaterThan(0);
    const isClosed = async () => (await open()) === 0;
    await waitFor(isClosed, { withinMs: 15_000, describe: 'the edge to close what is idle' });
  });

  it('fails no request while the only one that is left hesitates once', async () => {
    replicas[1]?.close();
    replicas[0]?.hesitateOnce();
    expect(await ask()).to.equal(200);
  });

  it('fails no request while one is gone, comes back, and the other goes', async () => {
    const statuses = new Set<number>();
    let isOver = false;
    const load = (async () => {
      while (!isOver) statuses.add(await ask());
    })();
    for (const at of [0, 1] as const) {
      replicas[at]?.close();
      await requestsPass(60);
      replicas[at] = await Replica.open(ports[at], gateway);
      await waitFor(() => (replicas[at]?.asked ?? 0) > 0, {
        withinMs: 15_000,
        describe: 'the replica to be asked again',
      });
    }
    isOver = true;
    await load;
    expect([...statuses]).to.deep.equal([200]);
  });

  it('fails no request while one takes questions and answers none', async () => {
    replicas[0]?.hang();
    for (let requests = 0; requests < 6; requests += 1) expect(await ask()).to.equal(200);
  });

  it('says that it is not reachable, and no upstream, when both are gone', async () => {
    for (const replica of replicas) replica?.close();
    expect(await ask()).to.be.oneOf([502, 503]);
  });

  it('keeps a WebSocket open while it is reloaded and the look-up is gone', async () => {
    const call = request({
      host: '127.0.0.1',
      port: caddy.port,
      headers: {
        host: `${CLAIMED}.${BASE_DOMAIN}:${String(caddy.port)}`,
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      },
    });
    call.end();
    const [, socket] = (await once(call, 'upgrade')) as [IncomingMessage, Socket];
    let heard = '';
    socket.on('data', (part: Buffer) => (heard += part.toString()));
    await caddy.reload();
    for (const replica of replicas) replica?.close();
    socket.write('still there?');
    await waitFor(() => heard === 'still there?', { withinMs: 5_000, describe: 'the echo' });
    socket.destroy();
  });

  async function ask(): Promise<number> {
    const call = request({
      host: '127.0.0.1',
      port: caddy.port,
      headers: { host: `${CLAIMED}.${BASE_DOMAIN}:${String(caddy.port)}` },
      agent: false,
      timeout: 15_000,
    });
    call.end();
    const [answer] = (await once(call, 'response')) as [IncomingMessage];
    answer.resume();
    return answer.statusCode ?? 0;
  }

  /** Until the load has gone on for so many questions to whoever answers them. */
  async function requestsPass(count: number): Promise<void> {
    const asked = () => replicas.reduce((sum, replica) => sum + (replica?.asked ?? 0), 0);
    const before = asked();
    await waitFor(() => asked() >= before + count, { withinMs: 15_000, describe: 'the load' });
  }
});

/** One replica of the look-up, which leads to the gateway. */
class Replica {
  asked = 0;
  #hangs = false;
  #hesitates = false;

  private constructor(private readonly server: Server) {}

  static async open(port: number, gateway: Server): Promise<Replica> {
    const address = gateway.address();
    const upstream = typeof address === 'object' && address !== null ? address.port : 0;
    const replica = new Replica(
      createServer((incoming, answer) => {
        replica.asked += 1;
        if (replica.#hesitates) {
          replica.#hesitates = false;
          return;
        }
        if (!replica.#hangs) actAsLookUp(incoming, answer, { [CLAIMED]: upstream });
      }),
    );
    await listen(replica.server, port);
    return replica;
  }

  /** Never answers the next question. */
  hesitateOnce(): void {
    this.#hesitates = true;
  }

  hang(): void {
    this.#hangs = true;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}
