import { expect } from 'chai';
import { Fault } from '../errors/index.js';
import { readConfig } from './read-config.js';

function complaintAbout(environment: NodeJS.ProcessEnv): string {
  try {
    readConfig([], environment);
    return '';
  } catch (error) {
    expect(error).to.be.instanceOf(Fault).and.include({ code: 'config_invalid' });
    return (error as Fault).message;
  }
}

describe('readConfig', () => {
  it('refuses pools that keep more idle members than may exist, each with a clear sentence', () => {
    const sentence = complaintAbout({
      CLAWDEPLOY_POOLS: 's=2..30,m@eu=25,l=1',
      CLAWDEPLOY_MEMBERS_MAX: '20',
    });
    expect(sentence).to.include('CLAWDEPLOY_POOLS keeps up to 30 idle members of s,');
    expect(sentence).to.include('up to 25 idle members of m@eu, but CLAWDEPLOY_MEMBERS_MAX');
    expect(sentence).to.not.include('of l');
    expect(complaintAbout({ CLAWDEPLOY_POOLS: 's=2..20' })).to.equal('');
    expect(complaintAbout({ CLAWDEPLOY_POOLS: 's=21' })).to.include('lets only 20 exist');
  });
});
