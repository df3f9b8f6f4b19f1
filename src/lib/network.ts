import { isIP } from 'node:net';

/** An address, or a network in CIDR notation. */
const NETWORK = /^(?<address>[^/\s]+)(?:\/(?<bits>\d{1,3}))?$/;

export interface Network {
  readonly address: string;
  readonly bits: number;
  readonly family: 'ipv4' | 'ipv6';
}

/** The parts of an address or a network; null for what is neither. */
export function networkOf(text: string): Network | null {
  const { address = '', bits } = NETWORK.exec(text)?.groups ?? {};
  const version = isIP(address);
  if (version === 0) return null;
  const widest = version === 4 ? 32 : 128;
  const prefix = bits === undefined ? widest : Number(bits);
  if (prefix > widest) return null;
  return { address, bits: prefix, family: version === 4 ? 'ipv4' : 'ipv6' };
}
