import { expect } from 'chai';
import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { freePort } from '../../../test/support/free-port.js';
import type { InstanceId } from '../../domain/ids.js';
import { Fault } from '../../errors/index.js';
import { HttpTransport } from '../http/http-transport.js';
import { HttpEdgeProbe } from './edge-probe.js';
import { OpenClawGateway } from './open-claw-gateway.js';

const { signal } = new AbortController();

describe('OpenClawGateway', () => {
  let server: Server;
  let address: string;
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  let transport: HttpTransport;
  let gateway: OpenClawGateway;

  before(async () => {
    server = createServer((request, response) => answer(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    address = `127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    transport = new HttpTransport({ system: 'gateway', baseUrl: `http://${address}` });
    gateway = new OpenClawGateway(transport);
  });

  after(() => {
    transport.close();
    server.closeAllConnections();
    server.close();
  });

  it('tells started, starting and gone apart', async () => {
    answer = (_request, response) => response.end('{"ok":true,"status":"started"}');
    expect(await gateway.startupState(address, signal)).to.equal('started');
    answer = (_request, response) => response.writeHead(503).end('{"ok":false}');
    expect(await gateway.startupState(address, signal)).to.equal('starting');
    const nobody = `127.0.0.1:${String(await freePort())}`;
    expect(await gateway.startupState(nobody, signal)).to.equal('unreachable');
  });

  it('does not take a web page for a started gateway', async () => {
    answer = (_request, response) => response.end('<!doctype html>');
    expect(await gateway.startupState(address, signal)).to.equal('starting');
  });

  it('reads the applied revision without a login', async () => {
    let authorization: string | undefined;
    answer = (request, response) => {
      ({ authorization } = request.headers);
      response.setHeader('strict-transport-security', 'max-age=86400; revision=12; token=2');
      response.end('{"ok":true}');
    };
    expect(await gateway.appliedRevision(address, signal)).to.equal(12);
    expect(authorization).to.equal(undefined);
  });

  it('knows no revision of a gateway that names none', async () => {
    answer = (_request, response) => response.end('{"ok":true}');
    expect(await gateway.appliedRevision(address, signal)).to.equal(null);
  });

  it('takes only a 401 for a refusal of the token', async () => {
    const verdicts: string[] = [];
    for (const status of [200, 401, 429, 403, 404, 500, 503]) {
      answer = (_request, response) => response.writeHead(status).end('{}');
      verdicts.push(await gateway.tryToken(address, 'secret-token', signal));
    }
    expect(verdicts).to.deep.equal([
      'accepted',
      'refused',
      'locked_out',
      'unreachable',
      'unreachable',
      'unreachable',
      'unreachable',
    ]);
  });

  it('warms up on the agent that no tenant sees', async () => {
    let body = '';
    answer = (request, response) => {
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => response.end('{"choices":[{"message":{"content":"hello"}}]}'));
    };
    await gateway.warmUp(address, 'secret-token', signal);
    expect(JSON.parse(body)).to.include({ model: 'openclaw/warmup' });
  });

  it('tells a refused warm-up from one that may work later', async () => {
    const codes: string[] = [];
    for (const status of [401, 500]) {
      answer = (_request, response) => response.writeHead(status).end('{}');
      const fault: unknown = await gateway
        .warmUp(address, 'secret-token', signal)
        .catch((error: unknown) => error);
      codes.push(fault instanceof Fault ? fault.code : 'no fault');
    }
    expect(codes).to.deep.equal(['gateway_refused', 'gateway_unreachable']);
  });

  it('asks the edge for an instance by its name', async () => {
    let host: string | undefined;
    answer = (request, response) => {
      ({ host } = request.headers);
      response.end('{}');
    };
    const probe = new HttpEdgeProbe(transport, { baseDomain: 'claws.localhost' });
    const verdict = await probe.tryToken('oc-aaaaaaaaaaaa' as InstanceId, 'secret-token', signal);
    expect([verdict, host]).to.deep.equal(['accepted', 'oc-aaaaaaaaaaaa.claws.localhost']);
  });
});
