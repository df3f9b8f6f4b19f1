import { expect } from 'chai';
import type { EdgeKind } from '../../tools/stack/context.js';
import type { EdgeWorld } from './support/edge-world.js';
import { CLAIMED, UNCLAIMED, edgeWorlds } from './support/edge-world.js';

/** A second request, hidden in what one proxy takes for a body and another for the next request. */
const HIDDEN = 'GET /hidden HTTP/1.1\r\nHost: hidden.invalid\r\n\r\n';

/**
 * What nobody's browser sends. The edge may refuse it or make an ordinary request of it; whatever it
 * does, the gateway hears of the host that was looked up and of no other request.
 */
for (const edge of ['caddy', 'traefik'] as const satisfies readonly EdgeKind[]) {
  describe(`${edge} under attack`, function () {
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

    describe('with a host that is not written as usual', () => {
      it('finds the instance whatever the case of its name', async () => {
        const host = world.hostOf(CLAIMED).toUpperCase();
        expect((await world.ask('/', { host })).status).to.equal(200);
      });

      it('takes a dot at the end of the domain for the same name, or for none', async () => {
        const said = await world.say(get('/', world.hostOf(CLAIMED).replace(':', '.:')));
        expect(statusIn(said)).to.be.oneOf([200, 404]);
        const unclaimed = await world.say(get('/', world.hostOf(UNCLAIMED).replace(':', '.:')));
        expect(statusIn(unclaimed)).to.equal(404);
      });

      const hosts: Readonly<Record<string, (name: string) => string>> = {
        'a label before it': (name) => `x.${name}`,
        'a label behind it': (name) => name.replace(/:/, '.evil.invalid:'),
        'user information': (name) => `${name}@evil.invalid`,
        'a path in it': (name) => `${name}/x`,
        'a very long label': (name) => `${'a'.repeat(300)}.${name}`,
        'sixty thousand characters': (name) => `${'a.'.repeat(30_000)}${name}`,
        'letters of another script': (name) => `\u00f6${name}`,
        'a punycode name': (name) =>
          `xn--oc-aaaaaaaaaaaa-0ya.${name.split('.').slice(1).join('.')}`,
        'a null byte': (name) => name.replace('.', '\0.'),
        'an encoded dot': (name) => name.replace('.', '%2e'),
        'nothing at all': () => '',
      };
      for (const [what, written] of Object.entries(hosts)) {
        it(`leads nobody anywhere: ${what}`, async () => {
          const said = await world.say(get('/', written(world.hostOf(CLAIMED))));
          expect(statusIn(said), said.slice(0, 200)).to.be.oneOf([400, 404, 431, null]);
          expect(world.seen).to.deep.equal([]);
        });
      }

      it('takes no second host', async () => {
        const [claimed, other] = [world.hostOf(CLAIMED), world.hostOf(UNCLAIMED)];
        for (const [first, second] of [
          [claimed, other],
          [other, claimed],
        ]) {
          const said = await world.say(get('/', `${first}\r\nHost: ${second}`));
          expect(statusIn(said)).to.equal(400);
        }
        expect(world.seen).to.deep.equal([]);
      });

      it('takes the host of an absolute address, and looks up that one', async () => {
        const target = `http://${world.hostOf(UNCLAIMED)}/`;
        expect(statusIn(await world.say(get(target, world.hostOf(CLAIMED))))).to.equal(404);
        expect(world.seen).to.deep.equal([]);
      });
    });

    describe('with two readings of where a request ends', () => {
      const length = String(HIDDEN.length);
      const framings: Readonly<Record<string, string>> = {
        'a length and chunks': `Content-Length: ${length}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${HIDDEN}`,
        'chunks, then a length': `Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n${HIDDEN}`,
        'two lengths': `Content-Length: 0\r\nContent-Length: ${length}\r\n\r\n${HIDDEN}`,
        'a list of lengths': `Content-Length: 0, ${length}\r\n\r\n${HIDDEN}`,
        'a signed length': `Content-Length: +${length}\r\n\r\n${HIDDEN}`,
        'a length below nothing': `Content-Length: -1\r\n\r\n${HIDDEN}`,
        'a hexadecimal length': `Content-Length: 0x0\r\n\r\n${HIDDEN}`,
        'a coding nobody knows': `Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${HIDDEN}`,
        'two codings': `Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n${HIDDEN}`,
        'a coding before a space': `Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n${HIDDEN}`,
        'a folded coding': `Transfer-Encoding:\r\n chunked\r\nContent-Length: 0\r\n\r\n${HIDDEN}`,
        'a coding with a tab': `Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n${HIDDEN}`,
        'lines that end in LF': `X: 1\nTransfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n${HIDDEN}`,
        'a chunk too long for a number': `Transfer-Encoding: chunked\r\n\r\nffffffffffffffff1\r\n\r\n${HIDDEN}`,
        'an extension of a chunk': `Transfer-Encoding: chunked\r\n\r\n0;a=\n\r\n\r\n${HIDDEN}`,
      };
      for (const [what, framing] of Object.entries(framings)) {
        it(`hides no request behind another: ${what}`, async () => {
          await world.say(`POST /open HTTP/1.1\r\nHost: ${world.hostOf(CLAIMED)}\r\n${framing}`);
          // At most the outer one, with what it says of itself as its body; never the hidden one.
          expect(
            world.seen.map(({ path }) => path).filter((path) => path !== '/open'),
          ).to.deep.equal([]);
          expect(world.seen.length).to.be.lessThan(2);
        });
      }
    });

    describe('with headers that only a proxy may send', () => {
      it('lets no hop take away what the edge says of a client', async () => {
        const headers = {
          connection:
            'close, X-Forwarded-For, X-Real-IP, X-Forwarded-Host, X-Forwarded-Proto, X-Upstream',
          'x-forwarded-for': '203.0.113.9',
        };
        expect((await world.ask('/', { headers })).status).to.equal(200);
        const hops = String(world.seen[0]?.headers['x-forwarded-for']).split(', ');
        expect(hops.filter((hop) => hop !== '127.0.0.1')).to.deep.equal(['192.0.2.1']);
      });

      it('leads nobody to an upstream of their choice, however it is named', async () => {
        for (const name of ['X-Upstream', 'x-upstream', 'X_Upstream', 'X-UPSTREAM']) {
          const host = world.hostOf(UNCLAIMED);
          const line = `${name}: 127.0.0.1:${world.stack.ports.api}\r\n${name}: 127.0.0.1:1`;
          const said = await world.say(get('/', `${host}\r\n${line}\r\nConnection: ${name}`));
          expect(statusIn(said), name).to.be.oneOf([400, 404]);
        }
        expect(world.seen).to.deep.equal([]);
      });

      it('writes no header out of an encoded line end', async () => {
        await world.ask('/a%0d%0aX-Injected:%20yes?b=%0d%0aX-Injected:%20yes');
        expect(world.seen).to.have.length(1);
        expect(world.seen[0]?.headers).to.not.have.property('x-injected');
      });

      it('takes no headers of a megabyte', async () => {
        const host = `${world.hostOf(CLAIMED)}\r\nX-Large: ${'a'.repeat(2 ** 21)}`;
        expect(statusIn(await world.say(get('/', host)))).to.be.oneOf([400, 431, null]);
        expect(world.seen).to.deep.equal([]);
      });
    });

    describe('with a tunnel through which requests would follow', () => {
      for (const protocol of ['h2c', 'H2C', 'TLS/1.0', 'HTTP/2.0', 'connect-udp']) {
        it(`opens none for ${protocol}`, async () => {
          const upgrade = `${world.hostOf(CLAIMED)}\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: ${protocol}`;
          const said = await world.say(
            get('/', `${upgrade}\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA`),
          );
          expect(statusIn(said), said).to.not.equal(101);
          expect(world.seen.filter(({ headers }) => headers.upgrade !== undefined)).to.deep.equal(
            [],
          );
        });
      }

      it('is no open proxy', async () => {
        const said = await world.say(
          `CONNECT 127.0.0.1:${world.stack.ports.api} HTTP/1.1\r\nHost: ${world.hostOf(CLAIMED)}\r\n\r\n`,
        );
        expect(statusIn(said)).to.not.equal(200);
        expect(world.seen).to.deep.equal([]);
      });

      it('has no method of its own for anybody', async () => {
        const said = await world.say(
          `TRACE / HTTP/1.1\r\nHost: ${world.hostOf(UNCLAIMED)}\r\nX-Secret: told\r\nConnection: close\r\n\r\n`,
        );
        expect(said).to.not.include('told');
      });
    });

    if (edge === 'caddy') {
      // Traefik has one limit for headers and bodies together, and it would cut streams: see
      // docs/decisions/0027.
      it('gives up on a client that sends its headers by the letter', async () => {
        const unfinished = `GET / HTTP/1.1\r\nHost: ${world.hostOf(CLAIMED)}\r\nX-`;
        expect(await world.hangsUpOn(unfinished, 20_000)).to.equal(true);
        expect(world.seen).to.deep.equal([]);
      });

      it('takes no body that no gateway would', async () => {
        const tooLong = `${world.hostOf(CLAIMED)}\r\nContent-Length: ${String(200 * 2 ** 20)}`;
        expect(statusIn(await world.say(get('/', tooLong)))).to.be.oneOf([413, null]);
        expect(world.seen).to.deep.equal([]);
      });
    }
  });
}

function get(target: string, host: string): string {
  return `GET ${target} HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
}

/** The status of the first answer in what was said; null when there was none. */
function statusIn(said: string): number | null {
  const status = /^HTTP\/1\.\d (\d{3})/.exec(said)?.[1];
  return status === undefined ? null : Number(status);
}
