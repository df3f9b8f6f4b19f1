import { expect } from 'chai';
import { Fault } from '../errors/index.js';
import { readinessOf } from './health.js';

describe('readinessOf', () => {
  const fine = { isRequired: true, probe: () => Promise.resolve() };

  it('is ready when all that is required answers', async () => {
    expect(await readinessOf({ database: fine, vault: fine })).to.deep.equal({
      isReady: true,
      checks: { database: 'ok', vault: 'ok' },
    });
  });

  it('names what is missing in a sentence, and nothing that is not public', async () => {
    const sealed = new Fault('vault_sealed', 'Vault is sealed; the operator has to unseal it.');
    const readiness = await readinessOf({
      database: fine,
      vault: { isRequired: true, probe: () => Promise.reject(sealed) },
      redis: { isRequired: false, probe: () => Promise.reject(new Error('password wrong')) },
    });

    expect(readiness).to.deep.equal({
      isReady: false,
      checks: {
        database: 'ok',
        vault: 'Vault is sealed; the operator has to unseal it.',
        redis: 'it cannot be reached',
      },
    });
  });

  it('is ready without what is not required', async () => {
    const away = { isRequired: false, probe: () => Promise.reject(new Error('away')) };

    expect(await readinessOf({ database: fine, redis: away })).to.include({ isReady: true });
  });

  it('waits for no probe longer than two seconds', async function () {
    this.timeout(5_000);
    const silent = { isRequired: true, probe: () => new Promise<never>(() => undefined) };

    expect(await readinessOf({ nomad: silent })).to.deep.equal({
      isReady: false,
      checks: { nomad: 'no answer within 2 s' },
    });
  });
});
