import { expect } from 'chai';
import { anInstanceId } from '../../../test/support/builders.js';
import { instanceIdIn } from './create-internal-api.js';

describe('the host of a request', () => {
  const id = anInstanceId();

  it('names an instance by its first label, with any port and in any case', () => {
    for (const host of [
      `${id}.claws.localhost`,
      `${id}.claws.localhost:8088`,
      `${id.toUpperCase()}.CLAWS.localhost`,
    ]) {
      expect(instanceIdIn(host, 'claws.localhost'), host).to.equal(id);
    }
  });

  it('names none when it is anything else', () => {
    for (const host of [
      '',
      'claws.localhost',
      id,
      `x.${id}.claws.localhost`,
      `${id}.claws.localhost.evil.example`,
      `${id}.other.localhost`,
      `${id}xclaws.localhost`,
      '127.0.0.1:8088',
    ]) {
      expect(instanceIdIn(host, 'claws.localhost'), host).to.equal(null);
    }
  });
});
