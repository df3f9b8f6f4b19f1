import { expect } from 'chai';
import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { z } from 'zod';
import { Fault } from '../../errors/index.js';
import { freePort } from '../../../test/support/free-port.js';
import type { HttpRequest } from './http-transport.js';
import { HttpTransport } from './http-transport.js';
import { JsonClient } from './json-client.js';

const TOKEN = 'a-token-that-nobody-may-see';
const SECRET = 'a-key-that-nobody-may-see';
const Greeting = z.object({ hello: z.string() });

describe('JsonClient', () => {
  let server: Server;
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  let calls: string[];
  let baseUrl: string;
  const { signal } = new AbortController();

  before(async () => {
    server = createServer((request, response) => answer(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    baseUrl = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/v1`;
  });

  beforeEach(() => {
    calls = [];
  });

  after(() => {
    server.closeAllConnections();
    server.close();
  });

  function aClient(changes: { baseUrl?: string; replyBytesMax?: number } = {}): JsonClient {
    const transport = new HttpTransport({
      system: 'nomad',
      baseUrl,
      headers: () => ({ 'x-nomad-token': TOKEN }),
      onCall: (system, outcome) => calls.push(`${system} ${outcome}`),
      ...changes,
    });
    return new JsonClient('nomad', transport);
  }

  it('sends the token and a JSON body, and checks the answer', async () => {
    let seen = '';
    answer = (request, response) => {
      request.setEncoding('utf8').on('data', (chunk: string) => (seen += chunk));
      request.on('end', () => {
        const { method, url, headers } = request;
        seen += ` ${String(method)} ${String(url)} ${String(headers['x-nomad-token'])}`;
        response.end('{"hello":"world"}');
      });
    };
    const body = await aClient().send(
      { method: 'PUT', path: '/jobs', query: { a: 1, b: undefined }, body: { x: 1 }, signal },
      Greeting,
    );

    expect(body).to.deep.equal({ hello: 'world' });
    expect(seen).to.equal(`{"x":1} PUT /v1/jobs?a=1 ${TOKEN}`);
    expect(calls).to.deep.equal(['nomad ok']);
  });

  it('takes 404 for the information that it is', async () => {
    answer = (_request, response) => response.writeHead(404).end('job not found');
    const body = await aClient().find({ method: 'GET', path: '/job/x', signal }, Greeting);

    expect(body).to.equal(null);
    expect(calls).to.deep.equal(['nomad ok']);
  });

  it('calls 4xx a refusal and 5xx a time to wait', async () => {
    const statuses = [400, 403, 429, 500, 503];
    const codes: string[] = [];
    for (const status of statuses) {
      answer = (_request, response) => response.writeHead(status).end('Permission denied');
      const fault = await faultOf(
        aClient().send({ method: 'GET', path: '/jobs', signal }, Greeting),
      );
      codes.push(fault.code);
      expect(fault.details).to.include({ status, excerpt: 'Permission denied', path: '/jobs' });
    }

    expect(codes).to.deep.equal([
      'nomad_refused',
      'nomad_refused',
      'nomad_unreachable',
      'nomad_unreachable',
      'nomad_unreachable',
    ]);
  });

  it('names the wrong field of a malformed answer, and not what it holds', async () => {
    answer = (_request, response) => response.end(`{"hello":{"key":"${SECRET}"}}`);
    const fault = await faultOf(aClient().send({ method: 'GET', path: '/jobs', signal }, Greeting));

    expect(fault.code).to.equal('reply_malformed');
    expect(fault.details).to.include({ where: 'hello: invalid_type' });
    expect(everythingIn(fault)).to.not.include(SECRET);
  });

  it('gives up on a server that does not answer in time', async () => {
    answer = () => undefined;
    const request = { method: 'GET', path: '/jobs', signal, timeoutMs: 30 } as const;
    const fault = await faultOf(aClient().send(request, Greeting));

    expect(fault.code).to.equal('nomad_unreachable');
    expect(fault.details).to.include({ reason: 'deadline' });
    expect(calls).to.deep.equal(['nomad unreachable']);
  });

  it('stops when its caller gives up', async () => {
    const caller = new AbortController();
    answer = () => caller.abort();
    const request = { method: 'GET', path: '/jobs', signal: caller.signal } as const;
    const fault = await faultOf(aClient().send(request, Greeting));

    expect(fault.details).to.include({ reason: 'aborted' });
  });

  it('reads no more of an answer than it must', async () => {
    answer = (_request, response) => response.end('x'.repeat(100_000));
    const client = aClient({ replyBytesMax: 1_000 });
    const fault = await faultOf(client.send({ method: 'GET', path: '/jobs', signal }, Greeting));

    expect(fault.code).to.equal('nomad_unreachable');
    expect(fault.details).to.include({ reason: 'too_large' });
  });

  it('follows no redirect, which would carry the token elsewhere', async () => {
    let asked = 0;
    answer = (_request, response) => {
      asked += 1;
      response.writeHead(307, { location: '/v1/elsewhere' }).end();
    };
    const fault = await faultOf(aClient().send({ method: 'GET', path: '/jobs', signal }, Greeting));

    expect(fault.code).to.equal('nomad_refused');
    expect(asked).to.equal(1);
  });

  it('reads an answer without an end line by line, with the token, while it comes', async () => {
    answer = (request, response) => {
      response.write(`{"as":"${String(request.headers['x-nomad-token'])}"}\n{"half`);
      setImmediate(() => response.write('":1}\n'));
    };
    const lines: (string | null)[] = [];
    for await (const line of aClient().lines(aStream(signal), LIMITS)) {
      if (lines.push(line) === 2) break;
    }

    expect(lines).to.deep.equal([`{"as":"${TOKEN}"}`, '{"half":1}']);
  });

  it('takes silence for a lost connection, before the answer and within it', async () => {
    for (const begin of [
      () => undefined,
      (response: ServerResponse) => response.write('{}\n'),
    ] as const) {
      answer = (_request, response) => void begin(response);
      const fault = await faultOf(drain(aClient().lines(aStream(signal), LIMITS)));

      expect(fault.code).to.equal('nomad_unreachable');
      expect(fault.details).to.include({ reason: 'deadline' });
    }
  });

  it('leaves an answer without an end when its caller gives up', async () => {
    const caller = new AbortController();
    answer = (_request, response) => void response.write('{}\n', () => caller.abort());
    const patient = { ...LIMITS, silenceMs: 60_000 };
    const fault = await faultOf(drain(aClient().lines(aStream(caller.signal), patient)));

    expect(fault.details).to.include({ reason: 'aborted' });
  });

  it('calls a refused stream a refusal, and closes it', async () => {
    let closed: Promise<unknown> | undefined;
    answer = (_request, response) => {
      closed = once(response, 'close');
      response.writeHead(403).write('Permission denied');
    };
    const fault = await faultOf(drain(aClient().lines(aStream(signal), LIMITS)));
    await closed;

    expect(fault.code).to.equal('nomad_refused');
    expect(fault.details).to.include({ status: 403 });
  });

  it('keeps token, query and body out of its faults', async () => {
    const client = aClient({ baseUrl: `http://127.0.0.1:${String(await freePort())}` });
    const fault = await faultOf(
      client.send(
        { method: 'PUT', path: '/jobs', query: { key: SECRET }, body: { key: SECRET }, signal },
        Greeting,
      ),
    );

    expect(fault.code).to.equal('nomad_unreachable');
    expect(fault.cause).to.include({ code: 'ECONNREFUSED' });
    expect(everythingIn(fault)).to.not.include(SECRET).and.not.include(TOKEN);
  });
});

const LIMITS = { lineBytesMax: 1_000, silenceMs: 50 };

function aStream(signal: AbortSignal): HttpRequest {
  return { method: 'GET', path: '/event/stream', signal };
}

async function drain(lines: AsyncIterable<string | null>): Promise<void> {
  for await (const _line of lines) continue;
}

function everythingIn(error: Error): string {
  return inspect(error, { depth: 20, showHidden: true });
}

async function faultOf(call: Promise<unknown>): Promise<Fault> {
  const error: unknown = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof Fault) return error;
  throw new Error('no fault was thrown', { cause: error });
}
