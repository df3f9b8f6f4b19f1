import type { Platform } from './platform.js';
import type { GoProgramId } from './tools.js';

type Cpu = Platform['cpu'];

/**
 * SHA-256 of the vendors' release archives for the pinned versions.
 *
 * They come from the vendor's own package formula (Nomad, Consul), or several independent
 * publications agree on them (Vault, Caddy). Where one is absent, nothing is downloaded. Raising a pin in tools/servers means replacing its sums.
 */
export const RELEASE_CHECKSUMS: Readonly<
  Record<GoProgramId, Readonly<Partial<Record<Cpu, string>>>>
> = {
  nomad: {
    x64: '19dac5642a2ba5305e6ff8efee06a708d760ebe4d1cd7936bc3dc526f477dc12',
    arm64: '902e44260fcd9297af7042fb33ccd5a29cc2202b57199724f17c96fcd67414d2',
  },
  consul: {
    x64: 'fe25cecd8dd3552a8e5b0941cde1d79bb6004eac384aa45679dd1398f947201d',
    arm64: 'db54c5fb7c5ceaef97a38ca45dcc0f649ff592a48c73ab320e2d535c78e136cc',
  },
  vault: {
    x64: '5a91c93a9949ed8863ee4b91cfc30640bc49ab04225f0b1c5a0650c4d6e10171',
  },
  caddy: {
    x64: '527fbf917c39189a1e3b31d34fa955601680b2d5c8055d2a87b8b9588dec7bb9',
    arm64: '52d42ae12b3462097e9868da6dfed3c9648ae12edd3b3638102312af84cb6904',
  },
  traefik: {},
  oasdiff: {},
};
