import { expect } from 'chai';
import { callerAddress, countedAddress, trustedProxies } from './caller-address.js';

describe('the address that a request came from', () => {
  const trusted = trustedProxies(['10.0.0.0/8', '::1', '192.0.2.7']);

  const CASES: readonly (readonly [why: string, peer: string, header: string, from: string])[] = [
    ['is the peer without a proxy', '203.0.113.9', '', '203.0.113.9'],
    ['is the peer whatever a stranger says', '203.0.113.9', '198.51.100.1', '203.0.113.9'],
    ['is whom a trusted proxy names', '10.1.2.3', '198.51.100.1', '198.51.100.1'],
    [
      'is whom the outer of two proxies names',
      '10.1.2.3',
      '198.51.100.1, 192.0.2.7',
      '198.51.100.1',
    ],
    ['is not what the caller put before', '10.1.2.3', '127.0.0.1, 203.0.113.9', '203.0.113.9'],
    ['stays the proxy when the header is empty', '10.1.2.3', '', '10.1.2.3'],
    ['stays the proxy when the header is no address', '10.1.2.3', 'unknown', '10.1.2.3'],
    ['is the innermost when all are trusted', '10.1.2.3', '10.9.9.9, 10.8.8.8', '10.9.9.9'],
    ['is the same in an IPv6 socket', '::ffff:10.1.2.3', '::ffff:198.51.100.1', '198.51.100.1'],
    ['may be an IPv6 address', '::1', '2001:db8::7', '2001:db8::7'],
    ['has no zone', 'fe80::1%eth0', '', 'fe80::1'],
    ['survives a header without sense', '10.1.2.3', ',,;, ,', '10.1.2.3'],
  ];
  for (const [why, peer, forwardedFor, from] of CASES) {
    it(why, () => {
      expect(callerAddress({ peer, forwardedFor, trusted })).to.equal(from);
    });
  }

  it('is counted as it is for IPv4, and by its network of 64 bits for IPv6', () => {
    expect(countedAddress('198.51.100.1')).to.equal('198.51.100.1');
    expect(countedAddress('2001:db8:1:2:3:4:5:6')).to.equal('2001:db8:1:2::/64');
    expect(countedAddress('2001:db8:1:2::9')).to.equal('2001:db8:1:2::/64');
    expect(countedAddress('2001:0DB8:0001:0002::9')).to.equal('2001:db8:1:2::/64');
    expect(countedAddress('2001:db8::1')).to.equal('2001:db8:0:0::/64');
    expect(countedAddress('::1')).to.equal('0:0:0:0::/64');
    expect(countedAddress('64:ff9b::192.0.2.33')).to.equal('64:ff9b:0:0::/64');
  });
});
