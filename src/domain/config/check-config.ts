import { Fault } from '../../errors/index.js';
import type { FaultPart } from '../../errors/index.js';
import { LIVE_PLACEHOLDER } from '../gateway-config.js';
import { OWN_CONFIG_BYTES_MAX } from './config-change.js';
import type { JsonObject } from './json.js';
import { isTooDeep } from './json.js';
import { ownedIn } from './ownership.js';
import { secretTroubles } from './secret-refs.js';

/** Names inside names; OpenClaw's own go eight deep. */
const DEPTH_MAX = 24;
/** Places that are told of at once; who mends them is told of the rest. */
const PARTS_MAX = 20;

/** Refuses a patch that is not for a tenant to make: `config_refused` or `config_platform_owned`. */
export function assertPatch(patch: JsonObject): void {
  if (isTooDeep(patch, DEPTH_MAX)) {
    const detail = `Names may be inside each other ${String(DEPTH_MAX)} times at most.`;
    throw refused([{ pointer: '', detail }]);
  }
  const owned = ownedIn(patch);
  if (owned.length === 0) return;
  throw new Fault(
    'config_platform_owned',
    'These settings are the platform’s; GET …/config lists all of them with their reasons.',
    { parts: owned.map(({ pointer, why }) => ({ pointer, detail: why })) },
  );
}

/**
 * Refuses what cannot be written down: secrets, and more than a Nomad Variable has room for. Faults:
 * `config_refused`, `config_too_large`.
 */
export function assertWritable(config: JsonObject): void {
  const troubles = secretTroubles(config, LIVE_PLACEHOLDER);
  if (troubles.length > 0) throw refused(troubles);
  const bytes = Buffer.byteLength(JSON.stringify(config));
  if (bytes <= OWN_CONFIG_BYTES_MAX) return;
  throw new Fault(
    'config_too_large',
    `A tenant’s configuration may have ${OWN_CONFIG_BYTES_MAX / 1024} KiB at most; shorten it.`,
    { details: { bytes } },
  );
}

/** Refuses what OpenClaw's schema says would not be taken: `config_refused`. */
export function assertTaken(troubles: readonly FaultPart[]): void {
  if (troubles.length > 0) throw refused(troubles);
}

function refused(parts: readonly FaultPart[]): Fault {
  return new Fault(
    'config_refused',
    'OpenClaw of this version would not take that configuration; see errors for what to change.',
    { parts: parts.slice(0, PARTS_MAX) },
  );
}
