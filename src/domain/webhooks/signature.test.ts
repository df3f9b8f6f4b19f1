import { expect } from 'chai';
import { Webhook } from 'standardwebhooks';
import { randomBase64 } from '../../lib/random.js';
import { SECRET_PREFIX, secondsOf, signaturesOf } from './signature.js';

describe('the signature of a webhook', () => {
  const body = JSON.stringify({ type: 'instance.ready', data: { name: 'ünï “code”' } });
  const aSecret = (): string => SECRET_PREFIX + randomBase64(32);

  function headersOf(secrets: readonly string[], sentAt = new Date()): Record<string, string> {
    const message = { id: 'ev-4fzk2m7qwxyz', sentAt, body };
    return {
      'webhook-id': message.id,
      'webhook-timestamp': String(secondsOf(sentAt)),
      'webhook-signature': signaturesOf(message, secrets),
    };
  }

  it('is the one that the authors of Standard Webhooks publish as their example', () => {
    const signed = signaturesOf(
      {
        id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
        sentAt: new Date(1_614_265_330_000),
        body: '{"test": 2432232314}',
      },
      ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
    );
    expect(signed).to.equal('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  it('is taken by their library', () => {
    const secret = aSecret();
    expect(new Webhook(secret).verify(body, headersOf([secret]))).to.deep.equal(JSON.parse(body));
  });

  it('is taken with either secret while both sign', () => {
    const [old, fresh] = [aSecret(), aSecret()];
    const headers = headersOf([fresh, old]);
    for (const secret of [old, fresh]) {
      expect(() => new Webhook(secret).verify(body, headers)).to.not.throw();
    }
  });

  it('is refused with another secret, another body, another id, or much later', () => {
    const secret = aSecret();
    const headers = headersOf([secret]);
    const webhook = new Webhook(secret);
    expect(() => new Webhook(aSecret()).verify(body, headers)).to.throw();
    expect(() => webhook.verify(`${body} `, headers)).to.throw();
    expect(() => webhook.verify(body, { ...headers, 'webhook-id': 'ev-aaaaaaaaaaaa' })).to.throw();
    const longAgo = headersOf([secret], new Date(Date.now() - 3_600_000));
    expect(() => webhook.verify(body, longAgo)).to.throw();
  });
});
