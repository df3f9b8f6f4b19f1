import { expect } from 'chai';
import type { TenantId } from './ids.js';
import { LIVE_HEADER_PATTERN, LIVE_PLACEHOLDER, renderTenantConfig } from './gateway-config.js';

const stubModelUrl = 'http://127.0.0.1:8083/v1';

describe('renderTenantConfig', () => {
  it('gives an unclaimed member the warm-up model and nothing of a tenant', () => {
    const config = configOf({ isClaimed: false, keyNames: ['anthropic'] });
    expect(config).to.have.nested.property('models.providers.warmup.baseUrl', stubModelUrl);
    expect(config).to.have.nested.property('agents.defaults.model.primary', 'warmup/echo');
    expect(Object.keys(config.agents.entries)).to.deep.equal(['warmup']);
    expect(Object.keys(config.models.providers)).to.deep.equal(['warmup']);
  });

  it('leaves nothing of the warm-up to a tenant', () => {
    const text = textOf({ isClaimed: true, keyNames: ['stub'] });
    expect(text).to.not.include('warmup').and.not.include('unclaimed');
  });

  it('points at each key and contains none', () => {
    const config = configOf({ isClaimed: true, keyNames: ['stub', 'anthropic', 'telegram/bot'] });
    expect(config.models.providers).to.deep.nested.include({
      'anthropic.apiKey': { source: 'file', provider: 'instance', id: '/keys/anthropic' },
      'stub.apiKey': { source: 'file', provider: 'instance', id: '/keys/stub' },
    });
    expect(config).to.have.nested.property('channels.telegram.botToken.id', '/keys/telegram~1bot');
    expect(config).to.have.nested.property(
      'agents.defaults.model.primary',
      'anthropic/claude-opus-5',
    );
  });

  it('names no model, provider or channel before the first key', () => {
    const config = configOf({ isClaimed: true, keyNames: [] });
    expect(config.models.providers).to.deep.equal({});
    expect(config).to.not.have.nested.property('agents.defaults.model');
    expect(config).to.not.have.property('channels');
  });

  it('ignores keys that no gateway uses', () => {
    expect(configOf({ isClaimed: true, keyNames: ['of-tomorrow'] }).models.providers).to.be.empty;
  });

  it('lets the revision be read back from the header', () => {
    const { gateway } = configOf({ isClaimed: true, keyNames: [] });
    const header = gateway.http.securityHeaders.strictTransportSecurity;
    const live = header.replace(LIVE_PLACEHOLDER, 'revision=42; token=2; keys=7');
    expect(LIVE_HEADER_PATTERN.exec(live)?.[1]).to.equal('42');
    expect(LIVE_HEADER_PATTERN.exec('max-age=86400; xrevision=42')).to.equal(null);
  });
});

interface RenderedConfig {
  readonly gateway: {
    readonly http: { readonly securityHeaders: { readonly strictTransportSecurity: string } };
  };
  readonly models: { readonly providers: Readonly<Record<string, object>> };
  readonly agents: { readonly entries: Readonly<Record<string, object>> };
}

interface Case {
  readonly isClaimed: boolean;
  readonly keyNames: readonly string[];
}

function textOf({ isClaimed, keyNames }: Case): string {
  const instance = { tenantId: isClaimed ? ('tenant' as TenantId) : null };
  const keys = keyNames.map((name) => ({ name, slot: 0 }));
  return renderTenantConfig({ instance, keys, trial: null, own: null, stubModelUrl });
}

function configOf(given: Case): RenderedConfig {
  return JSON.parse(textOf(given)) as RenderedConfig;
}
