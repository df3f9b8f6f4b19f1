import type { z } from 'zod';
import type { RevertReason, Rotation } from '../domain/rotation.js';
import { CLOSED_ROTATION_STATES } from '../domain/rotation.js';
import type { RotationShown } from './rotation-schemas.js';

/** What went wrong, and what somebody can do about it; the old keys are in use in each case. */
const SENTENCES: Readonly<Record<RevertReason, string>> = {
  not_written: 'The new keys could not be written to Vault. Try again.',
  key_refused: 'The provider refused the new key. Check that it was copied whole and is active.',
  no_answer:
    'The provider did not answer the live call with the new key: it may be down, or the key’s ' +
    'account may have no quota. Try again later.',
  no_receipt: 'The gateway did not load the new keys in time. See whether it is healthy.',
  superseded: 'One of the keys was set or removed meanwhile; that is what counts.',
  keys_lost: 'The instance’s keys were destroyed in Vault by somebody else. Set them all anew.',
  not_seen:
    'The new keys are proven, but the gateway was not seen to use them in time. It does as soon as it ' +
    'loads its configuration or starts again, and the old ones are destroyed then.',
  instance_not_ready: 'The instance failed or was stopped meanwhile.',
  instance_gone: 'The instance was deleted meanwhile.',
};

/** A rotation as the API shows it; never a part of a value. */
export function presentRotation(rotation: Rotation): z.infer<typeof RotationShown> {
  const { id, instanceId, number, names, state, reason, requestedAt, stateAt, provenAt } = rotation;
  return {
    ...{ id, instance: instanceId, number, names: [...names], state },
    failure: reason === null ? null : { code: reason, sentence: SENTENCES[reason] },
    requestedAt: requestedAt.toISOString(),
    provenAt: provenAt?.toISOString() ?? null,
    closedAt: CLOSED_ROTATION_STATES.includes(state) ? stateAt.toISOString() : null,
  };
}
