import { expect } from 'chai';
import fc from 'fast-check';
import type { JsonObject } from './json.js';
import { isTooDeep } from './json.js';
import { diffConfig, needsRestart } from './diff.js';
import { mergePatch } from './merge-patch.js';
import { ownedIn } from './ownership.js';
import { effectOf } from './reload-rules.js';
import { secretTroubles, withKeysInPlace } from './secret-refs.js';

const LIVE = '@live@';

describe('a tenant’s configuration', () => {
  describe('as a merge patch leaves it', () => {
    it('is what the examples of RFC 7396 say', () => {
      const examples: readonly (readonly [JsonObject, JsonObject, JsonObject])[] = [
        [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
        [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
        [{ a: 'b' }, { a: null }, {}],
        [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
        [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
        [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
        [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
        [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
        [{ e: null }, { a: 1 }, { e: null, a: 1 }],
        [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
      ];
      for (const [target, patch, result] of examples) {
        expect(mergePatch(target, patch)).to.deep.equal(result);
      }
    });

    it('gives no name a meaning of its own', () => {
      const patch = JSON.parse('{"__proto__": {"polluted": true}}') as JsonObject;
      const merged = mergePatch({}, patch);
      expect(Object.keys(merged)).to.deep.equal(['__proto__']);
      expect(({} as Record<string, unknown>)['polluted']).to.equal(undefined);
    });

    it('differs from what it was by what the patch says, and by nothing after a second time', () => {
      const values = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.jsonValue({ maxDepth: 3 }));
      fc.assert(
        fc.property(values, values, (before, patch) => {
          const once = mergePatch(before as JsonObject, patch as JsonObject);
          const twice = mergePatch(once, patch as JsonObject);
          expect(diffConfig(once, twice)).to.deep.equal([]);
          expect(diffConfig(once, once)).to.deep.equal([]);
        }),
      );
    });
  });

  it('is told of by setting, with when each counts', () => {
    const before = { agents: { defaults: { thinkingDefault: 'low' } }, ui: {} };
    const after = { agents: { defaults: { thinkingDefault: 'high' } }, mcp: { apps: { x: 1 } } };
    const diff = diffConfig(before, after);
    expect(diff).to.deep.equal([
      { path: '/agents/defaults/thinkingDefault', change: 'changed', effect: 'hot' },
      { path: '/mcp/apps/x', change: 'added', effect: 'restart' },
      { path: '/ui', change: 'removed', effect: 'next_use' },
    ]);
    expect(needsRestart(diff)).to.equal(true);
    expect(effectOf(['never', 'heard', 'of'])).to.equal('restart');
  });

  it('is the platform’s outside of the tenant’s sections, and where keys lie', () => {
    const pointers = (patch: JsonObject): readonly string[] =>
      ownedIn(patch).map(({ pointer }) => pointer);
    expect(
      pointers({ agents: {}, tools: {}, channels: { telegram: { dmPolicy: 'open' } } }),
    ).to.deep.equal([]);
    expect(pointers({ gateway: { auth: null } })).to.deep.equal(['/gateway']);
    expect(pointers({ models: { providers: { openai: null } } })).to.deep.equal([
      '/models/providers/openai',
    ]);
    expect(pointers({ models: { providers: { 'trial-7-openai': {} } } })).to.deep.equal([
      '/models/providers/trial-*',
    ]);
    expect(pointers({ channels: { discord: {} } })).to.deep.equal(['/channels']);
    expect(pointers({ agents: { $include: '../secrets/keys.json' } })).to.deep.equal(['']);
  });

  it('repeats no name that nobody here knows: it may be a key in the wrong place', () => {
    expect(JSON.stringify(ownedIn({ 'sk-ant-abcdefghijklmnopqrst': 1 }))).to.not.include('sk-ant');
  });

  it('holds no secret, by its name or by its form', () => {
    const secrets: readonly JsonObject[] = [
      { mcp: { servers: { a: { env: { GITHUB_TOKEN: 'x' } } } } },
      { mcp: { servers: { a: { url: 'https://me:pass-word@example.com' } } } },
      { mcp: { servers: { a: { args: ['--key', 'ghp_abcdefghijklmnopqrstuvwx'] } } } },
      { messages: { responsePrefix: '123456789:AAabcdefghijklmnopqrstuvwxyz' } },
      { talk: { voice: 'Bearer abcdefghijkl' } },
      { models: { providers: { mine: { apiKey: '${MY_KEY}' } } } },
    ];
    for (const config of secrets)
      expect(secretTroubles(config, LIVE), JSON.stringify(config)).to.have.length(1);
    expect(
      secretTroubles({ agents: { defaults: { maxTokens: 5, name: 'a token ring' } } }, LIVE),
    ).to.deep.equal([]);
  });

  it('refers to keys that there can be, and to nothing else', () => {
    const ref = (id: string, source = 'file', provider = 'instance'): JsonObject => ({
      models: { providers: { mine: { apiKey: { source, provider, id } } } },
    });
    expect(secretTroubles(ref('/keys/openai'), LIVE)).to.deep.equal([]);
    expect(secretTroubles(ref('/keys/telegram~1bot'), LIVE)).to.deep.equal([]);
    for (const wrong of [
      ref('/gateway/token'),
      ref('/keys/nobody'),
      ref('HOME', 'env', 'default'),
      ref('x', 'exec', 'mine'),
    ]) {
      expect(secretTroubles(wrong, LIVE)).to.have.length(1);
    }
  });

  it('leads to where a key lies now, however often it was rotated', () => {
    const own = { a: [{ source: 'file', provider: 'instance', id: '/keys/telegram~1bot' }] };
    const placed = withKeysInPlace(own, new Map([['telegram/bot', 3]]));
    expect(placed).to.deep.equal({
      a: [{ source: 'file', provider: 'instance', id: '/keys/telegram~1bot@3' }],
    });
  });

  it('may be deep, but not endlessly', () => {
    const nested = (depth: number): JsonObject =>
      JSON.parse('{"a":'.repeat(depth) + '1' + '}'.repeat(depth)) as JsonObject;
    expect(isTooDeep(nested(24), 24)).to.equal(false);
    expect(isTooDeep(nested(25), 24)).to.equal(true);
    expect(isTooDeep(nested(5_000), 24)).to.equal(true);
  });
});
