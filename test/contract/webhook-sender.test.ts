import { expect } from 'chai';
import type { LookupAddress } from 'node:dns';
import type { Resolve } from '../../src/clients/http/stranger-post.js';
import { systemResolve } from '../../src/clients/http/stranger-post.js';
import { HttpWebhookSender } from '../../src/clients/webhooks/http-webhook-sender.js';
import type { WebhookSender } from '../../src/ports/index.js';
import { expectFault } from '../support/expect-fault.js';
import { FakeWebhookSender } from '../support/fakes/fake-webhook-sender.js';
import { WebhookReceiver } from '../support/webhook-receiver.js';

const { signal } = new AbortController();

/** What nobody may have us send to, however it is written. */
const REFUSED = [
  ...['http://hooks.example.com/', 'https://127.0.0.1/', 'https://localhost/', 'https://[::1]/'],
  ...['https://10.0.0.1/', 'https://192.168.0.1:8443/', 'https://169.254.169.254/latest/'],
  // Numbers in other clothes, which URLs undress.
  ...['https://2130706433/', 'https://0x7f.1/', 'https://0177.0.0.1/', 'https://127.1/'],
  ...['https://[::ffff:127.0.0.1]/', 'https://[fe80::1]/', 'https://[fd00:ec2::254]/'],
  ...['https://0.0.0.0/', 'https://[::]/', 'https://metadata.internal/'],
  'https://user:password@hooks.example.com/',
];

const PUBLIC: LookupAddress = { address: '93.184.216.34', family: 4 };
const PRIVATE: LookupAddress = { address: '10.1.2.3', family: 4 };

/** Names as the fake knows them. */
const resolve: Resolve = async (hostname) => {
  if (hostname.endsWith('example.com')) return [PUBLIC];
  if (hostname === 'localhost') return [{ address: '127.0.0.1', family: 4 }];
  if (hostname === 'metadata.internal') return [{ address: '169.254.169.254', family: 4 }];
  throw new Error('ENOTFOUND');
};

function describeSender(sender: () => WebhookSender): void {
  it('takes an address that is https and public', async () => {
    await sender().check('https://hooks.example.com/clawdeploy', signal);
    await sender().check('https://hooks.example.com:8443/clawdeploy?of=me', signal);
  });

  for (const url of REFUSED) {
    it(`refuses ${url}, when it is named and when it is to be sent to`, async () => {
      await expectFault('webhook_url_refused', sender().check(url, signal));
      const message = { url, headers: {}, body: '{}', signal };
      if (url.includes('password')) return;
      expect(await sender().send(message)).to.deep.equal({
        kind: 'failed',
        reason: 'address_refused',
      });
    });
  }

  it('fails, and calls it no outcome, when its worker stops', async () => {
    const stopped = AbortSignal.abort();
    const message = { url: 'https://hooks.example.com/', headers: {}, body: '{}', signal: stopped };
    const outcome = await sender()
      .send(message)
      .catch(() => 'failed');
    expect(outcome).to.equal('failed');
  });
}

describe('WebhookSender (fake)', () => {
  describeSender(() => new FakeWebhookSender());
});

describe('WebhookSender (HTTP)', function () {
  this.timeout(30_000);
  let receiver: WebhookReceiver;

  beforeEach(async () => {
    receiver = await WebhookReceiver.start();
  });

  afterEach(async () => {
    await receiver?.stop();
  });

  describeSender(() => new HttpWebhookSender({ mayUseLoopback: false, resolve }));

  const send = (sender: HttpWebhookSender, url: string) =>
    sender.send({ url, headers: { 'webhook-id': 'ev-1' }, body: '{"ü":1}', signal });

  it('refuses a name that leads to a private address beside a public one', async () => {
    const sender = new HttpWebhookSender({
      mayUseLoopback: false,
      resolve: async () => [PUBLIC, PRIVATE],
    });
    await expectFault('webhook_url_refused', sender.check('https://two.example.com/'));
  });

  it('refuses a name that led to a public address when it was named and leads elsewhere now', async () => {
    const answers = [[PUBLIC], [{ address: '127.0.0.1', family: 4 }]];
    const sender = new HttpWebhookSender({
      mayUseLoopback: false,
      resolve: async () => answers.shift() ?? [],
    });
    const url = receiver.url('/').replace('http://127.0.0.1', 'https://rebound.example.com');
    await sender.check(url);
    expect(await send(sender, url)).to.deep.equal({ kind: 'failed', reason: 'address_refused' });
  });

  it('connects to the address that it checked, whatever the name leads to', async () => {
    const sender = new HttpWebhookSender({
      mayUseLoopback: true,
      resolve: async () => [{ address: '127.0.0.1', family: 4 }],
    });
    const url = receiver.url('/here').replace('127.0.0.1', 'no-such-name.invalid');
    expect(await send(sender, url)).to.deep.include({ kind: 'answered', status: 204 });
    const [request] = receiver.received;
    expect(request).to.include({ path: '/here', body: '{"ü":1}' });
    expect(request?.headers['host']).to.include('no-such-name.invalid');
  });

  it('sends nothing in the clear to another machine, also in development', async () => {
    const sender = new HttpWebhookSender({ mayUseLoopback: true, resolve: async () => [PUBLIC] });
    await expectFault('webhook_url_refused', sender.check('http://hooks.example.com/'));
  });

  it('sends nothing to a server that speaks no TLS', async () => {
    const sender = new HttpWebhookSender({ mayUseLoopback: true, resolve: systemResolve });
    const url = receiver.url('/').replace('http:', 'https:');
    const outcome = await send(sender, url);
    expect(outcome.kind === 'failed' && outcome.reason).to.equal('tls_refused');
    expect(receiver.received).to.deep.equal([]);
  });

  it('gives up a name whose look-up does not end', async () => {
    const sender = new HttpWebhookSender({
      ...{ mayUseLoopback: false, timeoutMs: 50 },
      resolve: () => new Promise(() => undefined),
    });
    expect(await send(sender, 'https://slow.example.com/')).to.deep.equal({
      kind: 'failed',
      reason: 'timeout',
    });
  });

  it('tells how long it is asked to wait', async () => {
    receiver.behaviours.set('/', { status: 429, headers: { 'retry-after': '120' } });
    const sender = new HttpWebhookSender({ mayUseLoopback: true, resolve: systemResolve });
    expect(await send(sender, receiver.url('/'))).to.deep.equal({
      ...{ kind: 'answered', status: 429, retryAfterMs: 120_000 },
    });
  });
});
