import { expect } from 'chai';
import type { SettingName } from './settings.js';
import { SETTINGS } from './settings.js';

function isTaken(name: SettingName, text: string): boolean {
  return SETTINGS[name].safeParse(text).success;
}

describe('settings of who may call', () => {
  it('take the issuer’s keys by TLS alone, but for an issuer on this machine', () => {
    const name = 'CLAWDEPLOY_JWKS_URL';
    expect(isTaken(name, 'https://issuer.example/.well-known/jwks.json')).to.equal(true);
    expect(isTaken(name, 'http://127.0.0.1:8090/jwks.json')).to.equal(true);
    expect(isTaken(name, 'http://[::1]:8090/jwks.json')).to.equal(true);
    for (const unsafe of [
      'http://issuer.example/jwks.json',
      'http://127.0.0.1.example/jwks.json',
      'https://somebody:secret@issuer.example/jwks.json',
      'file:///etc/jwks.json',
      'jwks.json',
    ]) {
      expect(isTaken(name, unsafe), unsafe).to.equal(false);
    }
  });

  it('take no algorithm with which whoever checks a token can make one', () => {
    const name = 'CLAWDEPLOY_TOKEN_ALGORITHMS';
    expect(isTaken(name, 'ES256, RS256')).to.equal(true);
    for (const unsafe of ['none', 'HS256', 'ES256,HS512', 'es256', ',']) {
      expect(isTaken(name, unsafe), unsafe).to.equal(false);
    }
  });

  it('take addresses and networks of proxies, and nothing that only looks like one', () => {
    const name = 'CLAWDEPLOY_API_TRUSTED_PROXIES';
    expect(isTaken(name, '10.0.0.0/8, ::1, fd00::/8')).to.equal(true);
    for (const wrong of ['10.0.0.0/33', 'proxy.example', '*', '10.0.0', 'fd00::/129']) {
      expect(isTaken(name, wrong), wrong).to.equal(false);
    }
  });
});
