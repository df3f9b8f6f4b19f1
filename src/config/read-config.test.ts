import { expect } from 'chai';
import { Fault } from '../errors/index.js';
import { readConfig } from './read-config.js';

const SERVERS = [
  'CLAWDEPLOY_NOMAD_ADDR',
  'CLAWDEPLOY_CONSUL_ADDR',
  'CLAWDEPLOY_VAULT_ADDR',
] as const;

describe('readConfig', () => {
  for (const name of ['VAULT_SKIP_VERIFY', 'NODE_TLS_REJECT_UNAUTHORIZED']) {
    it(`refuses to start with ${name}, whatever its value: TLS would check nothing`, () => {
      for (const value of ['1', '0', 'false', '']) {
        expect(complaintsOf({ [name]: value })).to.include(`${name} is set`);
      }
    });
  }

  for (const name of SERVERS) {
    it(`takes ${name} by https, or by http on this machine alone`, () => {
      for (const url of [
        'https://vault.example:8200',
        'http://127.0.0.1:8200',
        'http://127.8.8.8:8200',
        'http://localhost:8200',
        'http://[::1]:8200',
      ]) {
        expect(readConfig([name], { [name]: url })).to.have.property(name, url);
      }
      for (const url of [
        'http://vault.example:8200',
        'http://10.0.0.7:8200',
        'http://127.0.0.1.example:8200',
        'http://localhost.example:8200',
        'http://127.0.0.1@vault.example:8200',
        'http://0.0.0.0:8200',
        'http://[::2]:8200',
        'ftp://127.0.0.1:8200',
      ]) {
        expect(complaintsOf({ [name]: url }), url).to.include(name);
      }
    });
  }

  it('makes every complaint in one message, and repeats no value', () => {
    const text = complaintsOf({
      CLAWDEPLOY_VAULT_ADDR: 'http://user:a-secret@vault.example',
      CLAWDEPLOY_API_PORT: 'a-secret',
    });
    expect(text).to.include('CLAWDEPLOY_VAULT_ADDR').and.include('CLAWDEPLOY_API_PORT');
    expect(text).to.not.include('a-secret');
  });

  it('refuses pools that keep more idle members than may exist, each with a clear sentence', () => {
    const sentence = complaintsOf({
      CLAWDEPLOY_POOLS: 's=2..30,m@eu=25,l=1',
      CLAWDEPLOY_MEMBERS_MAX: '20',
    });
    expect(sentence).to.include('CLAWDEPLOY_POOLS keeps up to 30 idle members of s,');
    expect(sentence).to.include('up to 25 idle members of m@eu, but CLAWDEPLOY_MEMBERS_MAX');
    expect(sentence).to.not.include('of l');
    expect(() => readConfig([], { CLAWDEPLOY_POOLS: 's=2..20' })).to.not.throw();
    expect(complaintsOf({ CLAWDEPLOY_POOLS: 's=21' })).to.include('lets only 20 exist');
  });
});

function complaintsOf(environment: Readonly<Record<string, string>>): string {
  try {
    readConfig([], { ...environment });
  } catch (error) {
    if (error instanceof Fault && error.code === 'config_invalid') return error.message;
    throw error;
  }
  throw new Error('it would start');
}
