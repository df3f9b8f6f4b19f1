import { CredentialVerifier } from '../api/credentials/credential-verifier.js';
import { fileKeys } from '../api/credentials/file-keys.js';
import type { Verifier } from '../api/credentials/identity.js';
import { remoteKeys } from '../api/credentials/remote-keys.js';
import type { KeySource } from '../api/credentials/token-verifier.js';
import { TokenVerifier } from '../api/credentials/token-verifier.js';
import { VerifyApiKey } from '../commands/verify-api-key.js';
import { Fault } from '../errors/index.js';
import { systemClock } from '../lib/clock.js';
import type { Store } from '../ports/index.js';
import type { Foundation } from './foundation.js';
import { transportTo } from './transport-to.js';

/** How long the issuer may take: callers wait meanwhile. */
const DOWNLOAD_LIMIT_MS = 5_000;

/** What finds out who calls: tokens by the issuer's keys, API keys by their rows. */
export function openCredentials(foundation: Foundation, store: Store): Verifier {
  const { config } = foundation;
  const tokens = new TokenVerifier({
    keys: keySource(foundation),
    issuer: config.CLAWDEPLOY_TOKEN_ISSUER,
    audience: config.CLAWDEPLOY_TOKEN_AUDIENCE,
    algorithms: config.CLAWDEPLOY_TOKEN_ALGORITHMS,
    clockToleranceS: config.CLAWDEPLOY_TOKEN_CLOCK_TOLERANCE_S,
  });
  return new CredentialVerifier(tokens, new VerifyApiKey(store, systemClock));
}

function keySource(foundation: Foundation): KeySource {
  const { CLAWDEPLOY_JWKS_FILE: path, CLAWDEPLOY_JWKS_URL: address } = foundation.config;
  if (path !== undefined && address === undefined) return fileKeys(path);
  if (path === undefined && address !== undefined) return keysFrom(foundation, new URL(address));
  throw new Fault(
    'config_invalid',
    'Cannot start: set one of CLAWDEPLOY_JWKS_FILE and CLAWDEPLOY_JWKS_URL, and not both.',
  );
}

function keysFrom(foundation: Foundation, url: URL): KeySource {
  const { config, log } = foundation;
  const path = `${url.pathname}${url.search}`;
  const transport = transportTo(foundation, 'issuer', url.origin);
  const request = { method: 'GET', path, timeoutMs: DOWNLOAD_LIMIT_MS } as const;
  return remoteKeys({
    url,
    refreshMs: config.CLAWDEPLOY_JWKS_REFRESH_S * 1_000,
    download: async (signal) => {
      const { status, body } = await transport.exchange({ ...request, signal });
      if (status !== 200) throw new Error(`the issuer answered ${String(status)}`);
      return body;
    },
    onFailure: (error) => {
      log.warn('the issuer’s keys could not be read', { error });
    },
  });
}
