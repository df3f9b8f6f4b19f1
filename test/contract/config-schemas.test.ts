import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '../../src/domain/config/json.js';
import { tenantConfigOf } from '../../src/domain/gateway-config.js';
import { CHANNEL_KEY_NAMES, PROVIDER_NAMES } from '../../src/domain/providers.js';
import type { ConfigSchemas } from '../../src/ports/index.js';
import { schemaFileOf, schemaTextOf } from '../../tools/config-schema/ask-openclaw.js';
import { loadToolchain } from '../../tools/setup/toolchain.js';
import { expectFault } from '../support/expect-fault.js';
import { openClawSchemas } from '../support/openclaw-schemas.js';
import { ROOT } from '../support/servers.js';

const VERSION = '2026.9.6';
const stubModelUrl = 'http://model.invalid/v1';

/** What tenants may set, by OpenClaw's own word: nothing stands in for it anywhere. */
describe('ConfigSchemas', function () {
  this.timeout(120_000);

  const schemas: ConfigSchemas = openClawSchemas;
  const pointers = (config: JsonObject): readonly string[] =>
    schemas.check(VERSION, config).map(({ pointer }) => pointer);

  it('takes everything that follows from keys, all of them at once and on trial', () => {
    const names = [...PROVIDER_NAMES, ...CHANNEL_KEY_NAMES];
    const keys = names.map((name) => ({ name, slot: 2 }));
    const trial = { names, number: 3 };
    expect(
      schemas.check(VERSION, tenantConfigOf({ keys, trial, own: null, stubModelUrl })),
    ).to.deep.equal([]);
    const bare = tenantConfigOf({ keys: [], trial: null, own: null, stubModelUrl });
    expect(schemas.check(VERSION, bare)).to.deep.equal([]);
  });

  it('takes what tenants are told they may set', () => {
    for (const config of [
      { agents: { defaults: { thinkingDefault: 'low' } } },
      { messages: { responsePrefix: 'Claw:' } },
      { session: { dmScope: 'per-peer' } },
      { tools: { deny: ['browser'] } },
      { memory: { citations: 'on' } },
    ]) {
      expect(schemas.check(VERSION, config), JSON.stringify(config)).to.deep.equal([]);
    }
  });

  it('says where something is wrong, and repeats no value and no unknown name', () => {
    expect(pointers({ agents: { defaults: { thinkingDefault: 7 } } })).to.deep.equal([
      '/agents/defaults/thinkingDefault',
    ]);
    expect(pointers({ channels: { telegram: { dmPolicy: 'opn' } } })).to.deep.equal([
      '/channels/telegram/dmPolicy',
    ]);
    const strange = schemas.check(VERSION, { agents: { defaults: { 'sk-ant-secret': 1 } } });
    expect(strange.map(({ pointer }) => pointer)).to.deep.equal(['/agents/defaults']);
    expect(JSON.stringify(strange)).to.not.include('sk-ant');
  });

  it('takes a reference to a key where a secret may stand, and nothing else', () => {
    const provider = (apiKey: JsonObject | string): JsonObject => ({
      models: { providers: { mine: { baseUrl: 'http://localhost:1/v1', apiKey, models: [] } } },
    });
    const reference = { source: 'file', provider: 'instance', id: '/keys/openai' };
    expect(pointers(provider(reference))).to.deep.equal([]);
    expect(pointers(provider('a secret in clear'))).to.deep.equal([
      '/models/providers/mine/apiKey',
    ]);
    expect(pointers(provider({ ...reference, id: '/gateway/token' }))).to.not.deep.equal([]);
  });

  it('knows nothing of a version that nobody wrote down, nor of one that is a path', async () => {
    for (const version of ['1999.1.1', '../../../package']) {
      const asking = Promise.resolve().then(() => schemas.check(version, {}));
      await expectFault('config_schema_missing', asking);
    }
  });

  it('is what the installed OpenClaw says of itself; else call `make config-schema`', async () => {
    const toolchain = await loadToolchain(ROOT);
    const kept = readFileSync(join(ROOT, schemaFileOf(toolchain.openclaw.version)), 'utf8');
    expect((await schemaTextOf(toolchain)) === kept).to.equal(true);
  });
});
