import { BlockList, isIP } from 'node:net';
import { networkOf } from '../../lib/network.js';

/** The proxies whose word on where a request came from is taken. */
export function trustedProxies(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const parts = networkOf(network);
    if (parts !== null) list.addSubnet(parts.address, parts.bits, parts.family);
  }
  return list;
}

/**
 * Where a request came from. Each proxy appends whom it got the request from, so the header is read
 * from its end, and only as far as trusted proxies wrote it: what stands before that is whatever the
 * caller chose to send.
 */
export function callerAddress(request: {
  /** Address at the other end of the connection. */
  readonly peer: string;
  /** X-Forwarded-For, empty when there is none. */
  readonly forwardedFor: string;
  readonly trusted: BlockList;
}): string {
  const hops = request.forwardedFor.split(',').map((hop) => plain(hop.trim()));
  let address = plain(request.peer);
  while (isTrusted(request.trusted, address)) {
    const before = hops.pop();
    if (before === undefined || isIP(before) === 0) break;
    address = before;
  }
  return address;
}

/**
 * What is counted for an address: itself, or its network of 64 bits, for whoever has one IPv6 address
 * has all of those.
 */
export function countedAddress(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head = '', tail = ''] = address.split('::');
  const before = groupsOf(head);
  const missing = 8 - before.length - groupsOf(tail).length;
  const all = [...before, ...Array.from({ length: missing }, () => '0'), ...groupsOf(tail)];
  return `${all.slice(0, 4).join(':')}::/64`;
}

/** Groups without leading zeros; an IPv4 address at the end stands for two. */
function groupsOf(text: string): string[] {
  if (text === '') return [];
  return text
    .split(':')
    .flatMap((group) => (group.includes('.') ? ['0', '0'] : [parseInt(group, 16).toString(16)]));
}

/** Without the zone, and with an IPv4 address that travels in an IPv6 socket as itself. */
function plain(address: string): string {
  const [bare = ''] = address.split('%');
  return /^::ffff:\d+\.\d+\.\d+\.\d+$/i.test(bare) ? bare.slice('::ffff:'.length) : bare;
}

function isTrusted(trusted: BlockList, address: string): boolean {
  const version = isIP(address);
  return version !== 0 && trusted.check(address, version === 4 ? 'ipv4' : 'ipv6');
}
