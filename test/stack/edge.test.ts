import type { IncomingMessage } from 'node:http';
import { request } from 'node:http';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { expect } from 'chai';
import type { EdgeKind } from '../../tools/stack/context.js';
import { waitFor } from '../support/wait-for.js';
import type { EdgeWorld } from './support/edge-world.js';
import { BROKEN, CLAIMED, UNCLAIMED, edgeWorlds } from './support/edge-world.js';

for (const edge of ['caddy', 'traefik'] as const satisfies readonly EdgeKind[]) {
  describe(`${edge} as the edge`, function () {
    this.timeout(60_000);

    const shared = edgeWorlds[edge].forSuite();
    let world: EdgeWorld;

    before(async () => {
      world = await shared.take();
    });

    after(() => shared.giveBack());

    beforeEach(() => {
      world.seen.length = 0;
    });

    it('brings a request to the claimed instance with its method, path, query and body', async () => {
      const answer = await world.ask('/v1/chat?x=1', { method: 'POST', body: 'hello' });
      expect(answer.status).to.equal(200);
      expect(world.seen).to.have.length(1);
      expect(world.seen[0]).to.include({ method: 'POST', path: '/v1/chat?x=1', body: 'hello' });
      expect(world.seen[0]?.headers.host).to.equal(world.hostOf(CLAIMED));
    });

    it('answers 404 for an instance without an owner and for an unknown name', async () => {
      expect((await world.ask('/', { host: world.hostOf(UNCLAIMED) })).status).to.equal(404);
      expect((await world.ask('/', { host: world.hostOf('oc-zzzzzzzzzzzz') })).status).to.equal(
        404,
      );
      expect((await world.ask('/', { host: '127.0.0.1' })).status).to.equal(404);
      expect(world.seen).to.deep.equal([]);
    });

    it('answers 502 or 503 while the gateway does not listen', async () => {
      const answer = await world.ask('/', { host: world.hostOf(BROKEN) });
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
        const answer = await world.ask(path, { method: 'POST', body: '{}' });
        expect(answer.status).to.be.oneOf([400, 404]);
        expect(world.seen).to.deep.equal([]);
      });
    }

    it('overrules what a client says about its address and its upstream', async () => {
      const answer = await world.ask('/', {
        headers: {
          'x-upstream': '127.0.0.1:1',
          'x-forwarded-for': '203.0.113.9',
          'x-real-ip': '203.0.113.9',
          'x-forwarded-host': world.hostOf(UNCLAIMED),
          forwarded: 'for=203.0.113.9',
        },
      });
      expect(answer.status).to.equal(200);
      // OpenClaw takes the last address that is not a loopback one for the client, and refuses a
      // client that has none.
      const hops = String(world.seen[0]?.headers['x-forwarded-for']).split(', ');
      expect(hops.filter((hop) => hop !== '127.0.0.1')).to.deep.equal(['192.0.2.1']);
      expect(JSON.stringify(world.seen[0]?.headers)).to.not.include('203.0.113.9');
    });

    it('cannot be talked into another instance by a forwarded host', async () => {
      const answer = await world.ask('/', {
        host: world.hostOf(UNCLAIMED),
        headers: { 'x-forwarded-host': world.hostOf(CLAIMED) },
      });
      expect(answer.status).to.equal(404);
    });

    it('passes the parts of a stream on as they come', async () => {
      const firstPartAfterMs = await new Promise<number>((resolve, reject) => {
        const beganAt = performance.now();
        const call = request(world.requestTo('/stream'), (answer) => {
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
        ...world.requestTo('/socket'),
        headers: {
          host: world.hostOf(CLAIMED),
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
  });
}
