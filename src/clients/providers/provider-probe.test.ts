import { once } from 'node:events';
import type { IncomingMessage, Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { expectFault } from '../../../test/support/expect-fault.js';
import { HttpTransport } from '../http/http-transport.js';
import { ProviderProbe } from './provider-probe.js';

describe('ProviderProbe', () => {
  const { signal } = new AbortController();
  const asked: Pick<IncomingMessage, 'method' | 'url' | 'headers'>[] = [];
  let status = 200;
  let server: Server;
  let transport: HttpTransport;
  let probe: ProviderProbe;

  before(async () => {
    server = createServer(({ method, url, headers }, response) => {
      asked.push({ method, url, headers });
      response.writeHead(status).end('{}');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const baseUrl = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    transport = new HttpTransport({ system: 'provider', baseUrl });
    probe = new ProviderProbe(transport, { stubModelUrl: baseUrl, baseUrl });
  });

  after(() => {
    transport.close();
    server.close();
  });

  beforeEach(() => {
    asked.length = 0;
    status = 200;
  });

  const shown: readonly [string, string, string, string][] = [
    ['anthropic', '/v1/models', 'x-api-key', 'a-key'],
    ['openai', '/models', 'authorization', 'Bearer a-key'],
    ['google', '/models', 'x-goog-api-key', 'a-key'],
    ['openrouter', '/key', 'authorization', 'Bearer a-key'],
    ['groq', '/models', 'authorization', 'Bearer a-key'],
    ['mistral', '/models', 'authorization', 'Bearer a-key'],
    ['stub', '/models', 'authorization', 'Bearer a-key'],
  ];
  for (const [name, path, header, value] of shown) {
    it(`shows a key to ${name} in the way that it documents, by one call`, async () => {
      expect(await probe.isTaken(name, 'a-key', signal)).to.equal(true);
      expect(asked).to.have.length(1);
      expect(asked[0]).to.include({ method: 'GET', url: path });
      expect(asked[0]?.headers).to.include({ [header]: value });
    });
  }

  it('shows a bot’s token to Telegram in the address, as it wants', async () => {
    await probe.isTaken('telegram/bot', '12345:a-token', signal);
    expect(asked[0]?.url).to.equal('/bot12345%3Aa-token/getMe');
  });

  for (const refusal of [400, 401, 403, 404]) {
    it(`takes ${String(refusal)} as the provider’s word on the key`, async () => {
      status = refusal;
      expect(await probe.isTaken('openai', 'a-key', signal)).to.equal(false);
    });
  }

  for (const trouble of [302, 429, 500, 503]) {
    it(`takes ${String(trouble)} for no answer about the key`, async () => {
      status = trouble;
      await expectFault('provider_unreachable', probe.isTaken('openai', 'a-key', signal));
    });
  }

  it('says nothing of the key when nobody answers', async () => {
    const nowhere = new ProviderProbe(transport, {
      ...{ stubModelUrl: '', baseUrl: 'http://127.0.0.1:9' },
    });
    const asking = nowhere.isTaken('telegram/bot', '12345:secret-token', signal);
    const fault = await expectFault('provider_unreachable', asking);
    expect(JSON.stringify([fault.message, fault.details, fault.cause])).to.not.include('secret');
  });
});
