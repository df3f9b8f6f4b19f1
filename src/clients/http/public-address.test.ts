import { expect } from 'chai';
import { verdictOf } from './public-address.js';

const SPECIAL = [
  // This network, private ones, shared ones of carriers.
  ...['0.0.0.0', '0.1.2.3', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1'],
  ...['100.64.0.1', '100.127.255.255'],
  // Link-local, where clouds keep their metadata, and others of theirs.
  ...['169.254.169.254', '169.254.0.1', 'fe80::1', 'fe80::1%eth0', 'fd00:ec2::254'],
  ...['100.100.100.200', '192.0.0.192'],
  // For protocols, documentation, benchmarks, broadcast, multicast, the future.
  ...['192.0.0.1', '192.0.2.1', '198.51.100.1', '203.0.113.1', '198.18.0.1', '198.19.255.255'],
  ...['192.88.99.1', '224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255'],
  // IPv6: none, unique local, site local, multicast, documentation, discard.
  ...['::', 'fc00::1', 'fdff::1', 'fec0::1', 'ff02::1', '2001:db8::1', '100::1', '3fff::1'],
  // IPv4 in other clothes: mapped, compatible, translated, 6to4, Teredo.
  ...['::ffff:127.0.0.1', '::ffff:10.0.0.1', '::ffff:8.8.8.8', '::127.0.0.1', '::8.8.8.8'],
  ...['64:ff9b::7f00:1', '64:ff9b:1::1', '2002:7f00:1::1', '2001::1', '::ffff:0:7f00:1'],
  // No addresses, whatever else some program may take them for.
  ...['', 'localhost', '127.1x', '1.2.3', 'example.com', '1.2.3.4.5', '[::1]'],
];

describe('an address that a stranger names', () => {
  for (const address of SPECIAL) {
    it(`is not public: ${address === '' ? 'an empty one' : address}`, () => {
      expect(verdictOf(address)).to.not.equal('public');
    });
  }

  it('is told to be the machine’s own', () => {
    for (const address of ['127.0.0.1', '127.255.255.254', '::1']) {
      expect(verdictOf(address), address).to.equal('loopback');
    }
  });

  it('is public when everybody can reach it', () => {
    const known = ['1.1.1.1', '8.8.8.8', '93.184.216.34', '172.15.0.1', '172.32.0.1', '11.0.0.1'];
    for (const address of [...known, '2606:4700:4700::1111', '2a00:1450:4001:81b::200e']) {
      expect(verdictOf(address), address).to.equal('public');
    }
  });
});
