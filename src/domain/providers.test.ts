import { expect } from 'chai';
import { inspect } from 'node:util';
import { Fault } from '../errors/index.js';
import { PROVIDERS, PROVIDER_NAMES, checkKey } from './providers.js';

describe('checkKey', () => {
  const good = {
    anthropic: 'sk-ant-api03-aaaaaaaa',
    openai: 'sk-proj-aaaaaaaa',
    google: 'AIzaaaaaaaaa',
    openrouter: 'sk-or-v1-aaaaaaaa',
    groq: 'gsk_aaaaaaaa',
    mistral: 'aaaaaaaaaaaaaaaa',
    stub: 'whatever',
    'telegram/bot': '123456789:AAaa_bb-ccAAaa_bb-ccAAaa_bb-cc12345',
  };

  for (const [name, value] of Object.entries(good)) {
    it(`takes what may be a key of ${name}`, () => {
      expect(() => {
        checkKey(name, value);
      }).not.to.throw();
    });
  }

  const bad: readonly (readonly [string, string, string])[] = [
    ['nobody', 'a-value-that-nobody-may-see', 'provider_unknown'],
    ['toString', 'a-value-that-nobody-may-see', 'provider_unknown'],
    ['stub', 'short', 'key_malformed'],
    ['stub', 'x'.repeat(4097), 'key_malformed'],
    ['stub', 'with a space in it', 'key_malformed'],
    ['stub', 'with-a-line-end\n', 'key_malformed'],
    ['stub', 'schlüssel-mit-umlaut', 'key_malformed'],
    ['anthropic', 'sk-proj-of-somebody-else', 'key_malformed'],
    ['openai', 'sk-ant-of-somebody-else', 'key_malformed'],
    ['openai', 'sk-or-v1-of-somebody-else', 'key_malformed'],
    ['telegram/bot', 'not-a-bot-token-at-all', 'key_malformed'],
  ];

  for (const [name, value, code] of bad) {
    it(`calls ${JSON.stringify(value.slice(0, 20))} for ${name} ${code}, and shows none of it`, () => {
      const fault = faultOf(name, value);
      expect(fault.code).to.equal(code);
      expect(
        inspect(fault, { showHidden: true, depth: 9 }).replaceAll(/at .*/g, ''),
      ).to.not.include(value);
    });
  }
});

describe('PROVIDERS', () => {
  it('describe the default model wherever OpenClaw cannot know it', () => {
    for (const name of PROVIDER_NAMES) {
      const { route, defaultModel } = PROVIDERS[name];
      if (route !== null) expect(route.models.map(({ id }) => id)).to.include(defaultModel);
    }
  });
});

function faultOf(name: string, value: string): Fault {
  try {
    checkKey(name, value);
  } catch (error) {
    if (error instanceof Fault) return error;
  }
  throw new Error('the key was taken');
}
