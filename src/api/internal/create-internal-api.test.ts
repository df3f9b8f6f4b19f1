import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { IncomingHttpHeaders, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { anInstanceId } from '../../../test/support/builders.js';
import { quietLog } from '../../../test/support/quiet-log.js';
import { createInternalApi, instanceIdIn } from './create-internal-api.js';
import type { Route } from './route-table.js';

describe('the host of a request', () => {
  const id = anInstanceId();

  it('names an instance by its first label, with any port and in any case', () => {
    for (const host of [
      `${id}.claws.localhost`,
      `${id}.claws.localhost:8088`,
      `${id.toUpperCase()}.CLAWS.localhost`,
    ]) {
      expect(instanceIdIn(host, 'claws.localhost'), host).to.equal(id);
    }
  });

  it('names none when it is anything else', () => {
    for (const host of [
      '',
      'claws.localhost',
      id,
      `x.${id}.claws.localhost`,
      `${id}.claws.localhost.evil.example`,
      `${id}.other.localhost`,
      `${id}xclaws.localhost`,
      '127.0.0.1:8088',
    ]) {
      expect(instanceIdIn(host, 'claws.localhost'), host).to.equal(null);
    }
  });
});

describe('the edge’s look-up', () => {
  const id = anInstanceId();
  const host = `${id}.claws.localhost:8088`;
  let route: Route | 'failed';
  let outcomes: string[];
  let server: Server;

  beforeEach(async () => {
    outcomes = [];
    const app = createInternalApi({
      routes: {
        find: () =>
          route === 'failed' ? Promise.reject(new Error('no database')) : Promise.resolve(route),
      },
      baseDomain: 'claws.localhost',
      log: quietLog,
      onLookup: (outcome) => outcomes.push(outcome),
    });
    const handle = app.callback();
    server = createServer((incoming, response) => void handle(incoming, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  });

  it('gives the upstream of a claimed instance to the proxy', async () => {
    route = { kind: 'upstream', address: '127.0.0.1:20001' };
    for (const headers of [{ host }, { host: '127.0.0.1', 'x-forwarded-host': host }]) {
      const answer = await look(headers);
      expect(answer.status).to.equal(200);
      expect(answer.headers['x-upstream']).to.equal('127.0.0.1:20001');
    }
    expect(outcomes).to.deep.equal(['upstream', 'upstream']);
  });

  it('gives no upstream for a name outside of the domain, whatever is known', async () => {
    route = { kind: 'upstream', address: '127.0.0.1:20001' };
    const answer = await look({ host: `${id}.evil.example` });
    expect(answer.status).to.equal(404);
    expect(answer.headers['x-upstream']).to.equal(undefined);
  });

  it('tells a browser with a page and a program with a problem that nobody is there', async () => {
    route = { kind: 'unknown' };
    const person = await look({ host, accept: 'text/html,application/xhtml+xml,*/*;q=0.8' });
    expect(person.status).to.equal(404);
    expect(person.headers['content-type']).to.include('text/html');
    expect(person.text).to.include('<h1>Nobody lives here</h1>');

    const program = await look({ host, accept: '*/*' });
    expect(program.status).to.equal(404);
    expect(program.headers['content-type']).to.include('application/problem+json');
    expect(JSON.parse(program.text)).to.include({ status: 404, title: 'Nobody lives here' });
  });

  it('says of a stopped instance that it is stopped', async () => {
    route = { kind: 'stopped' };
    const answer = await look({ host, accept: 'text/html' });
    expect(answer.status).to.equal(503);
    expect(answer.text).to.include('stopped');
  });

  it('says of an owner’s instance without a gateway that it starts, and when to look again', async () => {
    route = { kind: 'starting' };
    const person = await look({ host, accept: 'text/html' });
    expect(person.status).to.equal(503);
    expect(person.headers['retry-after']).to.equal('3');
    expect(person.text).to.include('is starting').and.include('http-equiv="refresh" content="3"');
    const program = await look({ host, accept: '*/*' });
    expect(JSON.parse(program.text)).to.include({ status: 503, title: 'Your gateway is starting' });
    expect(outcomes).to.deep.equal(['starting', 'starting']);
  });

  it('sends whoever asks for an instance that was replaced to the other one, same path', async () => {
    const to = anInstanceId();
    route = { kind: 'moved', to };
    const moved = await look({ host, 'x-forwarded-uri': '/chat?room=1' });
    expect(moved.status).to.equal(307);
    expect(moved.headers.location).to.equal(`//${to}.claws.localhost:8088/chat?room=1`);
    expect(moved.headers['x-upstream']).to.equal(undefined);
    for (const headers of [{ host }, { host, 'x-forwarded-uri': '.evil.example/' }]) {
      expect((await look(headers)).headers.location).to.equal(`//${to}.claws.localhost:8088/`);
    }
  });

  it('asks for patience when the database is away and the name was never known', async () => {
    route = 'failed';
    const answer = await look({ host });
    expect(answer.status).to.equal(503);
    expect(answer.headers['retry-after']).to.equal('5');
    expect(outcomes).to.deep.equal(['failed']);
  });

  it('has nothing else to offer', async () => {
    route = { kind: 'upstream', address: '127.0.0.1:20001' };
    expect((await look({ host }, '/v1/instances')).status).to.equal(404);
    expect((await look({ host }, '/healthz')).status).to.equal(200);
  });

  function look(
    headers: Readonly<Record<string, string>>,
    path = '/internal/route',
  ): Promise<{ status: number; headers: IncomingHttpHeaders; text: string }> {
    const { port } = server.address() as AddressInfo;
    return new Promise((resolve, reject) => {
      const asking = request({ host: '127.0.0.1', port, path, headers }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
        });
      });
      asking.on('error', reject);
      asking.end();
    });
  }
});
