import type { Platform } from './platform.js';
import type { GoProgram, GoProgramId } from './tools.js';

/** Where a vendor's archive lies and what its one program is called in there. */
export interface Release {
  readonly url: string;
  readonly archive: 'zip' | 'tar.gz';
  readonly member: string;
}

interface Vendor {
  /** Names the setting that replaces `base` for this vendor alone. */
  readonly setting: string;
  readonly base: string;
  /** Stands between a common mirror and the path; a vendor with several servers names them itself. */
  readonly mirrorFolder: string;
  readonly path: (version: string, cpu: GoCpu) => string;
}

type GoCpu = 'amd64' | 'arm64';

const VENDORS: Readonly<Record<GoProgramId, Vendor>> = {
  nomad: hashicorp('nomad'),
  consul: hashicorp('consul'),
  vault: hashicorp('vault'),
  caddy: {
    setting: 'CLAWDEPLOY_CADDY_RELEASES_URL',
    base: 'https://github.com/caddyserver/caddy/releases/download',
    mirrorFolder: '/caddy',
    path: (version, cpu) => `v${version}/caddy_${version}_linux_${cpu}.tar.gz`,
  },
  traefik: {
    setting: 'CLAWDEPLOY_TRAEFIK_RELEASES_URL',
    base: 'https://github.com/traefik/traefik/releases/download',
    mirrorFolder: '/traefik',
    path: (version, cpu) => `v${version}/traefik_v${version}_linux_${cpu}.tar.gz`,
  },
  oasdiff: {
    setting: 'CLAWDEPLOY_OASDIFF_RELEASES_URL',
    base: 'https://github.com/oasdiff/oasdiff/releases/download',
    mirrorFolder: '/oasdiff',
    path: (version, cpu) => `v${version}/oasdiff_${version}_linux_${cpu}.tar.gz`,
  },
};

/**
 * Where the pinned release of a program lies.
 *
 * The vendor's own setting wins, then `CLAWDEPLOY_RELEASES_URL` (one mirror for all, with a folder
 * per program), then the vendor's site.
 */
export function releaseOf(
  tool: GoProgram,
  platform: Platform,
  env: Readonly<Record<string, string | undefined>>,
): Release {
  const vendor = VENDORS[tool.id];
  const mirror = env['CLAWDEPLOY_RELEASES_URL'];
  const common = mirror === undefined ? vendor.base : `${trim(mirror)}${vendor.mirrorFolder}`;
  const base = env[vendor.setting] ?? common;
  const path = vendor.path(tool.pinned, platform.cpu === 'x64' ? 'amd64' : 'arm64');
  return {
    url: `${trim(base)}/${path}`,
    archive: path.endsWith('.zip') ? 'zip' : 'tar.gz',
    member: tool.id,
  };
}

function hashicorp(name: 'nomad' | 'consul' | 'vault'): Vendor {
  return {
    setting: 'CLAWDEPLOY_HASHICORP_RELEASES_URL',
    base: 'https://releases.hashicorp.com',
    mirrorFolder: '',
    path: (version, cpu) => `${name}/${version}/${name}_${version}_linux_${cpu}.zip`,
  };
}

function trim(url: string): string {
  return url.replace(/\/+$/, '');
}
