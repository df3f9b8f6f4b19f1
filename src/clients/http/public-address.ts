import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Whether a machine may be asked to send there on a stranger's word. */
export type AddressVerdict = 'public' | 'loopback' | 'special';

/**
 * What kind of address it is. `special` is everything but public unicast and loopback: private and
 * link-local networks, where the metadata of clouds are, multicast, what is reserved or translated,
 * IPv4 in the clothes of IPv6, and what is no address at all. Anything that is not known to be public
 * is not.
 */
export function verdictOf(address: string): AddressVerdict {
  // Short and octal forms, which the library reads too, are nothing that a resolver says.
  if (isIP(address) === 0) return 'special';
  const parsed = ipaddr.parse(address);
  const range = parsed.range();
  if (range === 'loopback') return 'loopback';
  if (range !== 'unicast') return 'special';
  return parsed instanceof ipaddr.IPv6 && !isGlobal(parsed) ? 'special' : 'public';
}

/** 2000::/3, all that was ever given out of IPv6 to be reached from everywhere. */
function isGlobal(address: ipaddr.IPv6): boolean {
  return address.match([ipaddr.IPv6.parse('2000::'), 3]);
}
