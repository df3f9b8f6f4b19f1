import type { z } from 'zod';
import type { ConfigView } from '../commands/find-config.js';
import type { ConfigChange, PutBackReason } from '../domain/config/config-change.js';
import { OWNED_SETTINGS } from '../domain/config/ownership.js';
import type { ConfigChangeShown, ConfigShown } from './config-schemas.js';

const SENTENCES: Readonly<Record<PutBackReason, string>> = {
  not_taken:
    'The gateway was not seen to run with it in time, so it was put back. Its log says why: a setting ' +
    'may be right by itself and not beside the others.',
  instance_not_ready: 'The instance failed or was put into the trash meanwhile.',
  instance_gone: 'The instance was deleted meanwhile.',
};

/** A tenant's configuration as the API shows it; the same for the same change. */
export function presentConfig({
  instance,
  config,
  number,
}: ConfigView): z.infer<typeof ConfigShown> {
  return {
    instance: instance.id,
    openclawVersion: instance.openclawVersion,
    revision: number,
    config,
    platformOwned: OWNED_SETTINGS.map((setting) => ({ ...setting })),
  };
}

/** A change as the API shows it. */
export function presentConfigChange(change: ConfigChange): z.infer<typeof ConfigChangeShown> {
  const { id, instanceId, number, state, diff, reason, requestedAt, stateAt } = change;
  return {
    ...{ id, instance: instanceId, revision: number, state },
    diff: diff.map((difference) => ({ ...difference })),
    failure: reason === null ? null : { code: reason, sentence: SENTENCES[reason] },
    requestedAt: requestedAt.toISOString(),
    closedAt: state === 'applying' ? null : stateAt.toISOString(),
  };
}
