import type { z } from 'zod';
import type { KeyCampaignView } from '../commands/key-campaign-view.js';
import type { KeyMoveState } from '../domain/key-campaign/key-campaign.js';
import { KEY_MOVE_STATES } from '../domain/key-campaign/key-campaign.js';
import type { KeyMoveCount } from '../ports/index.js';
import { KeyCampaignShown } from './key-campaign-schemas.js';

type Shown = z.infer<typeof KeyCampaignShown>;

/** A key campaign as the API shows it; never a part of its value. */
export function presentKeyCampaign({ campaign, counts, unmoved }: KeyCampaignView): Shown {
  const { id, kind, keyName, state, failureBudget, requestedBy } = campaign;
  const waves = [...new Set(counts.map(({ wave }) => wave))].sort((a, b) => a - b);
  return {
    ...{ id, kind, keyName, state, failureBudget, requestedBy },
    requestedAt: campaign.requestedAt.toISOString(),
    stateAt: campaign.stateAt.toISOString(),
    valueDestroyedAt: campaign.settledAt?.toISOString() ?? null,
    instances: { total: counts.reduce((sum, { count }) => sum + count, 0), ...byState(counts) },
    waves: waves.map((wave) => {
      return { wave, ...byState(counts.filter((each) => each.wave === wave)) };
    }),
    unmoved: KeyCampaignShown.shape.unmoved.parse(
      unmoved.map((move) => ({ ...move, instance: move.instanceId })),
    ),
  };
}

function byState(counts: readonly KeyMoveCount[]): Record<KeyMoveState, number> {
  const sumOf = (wanted: KeyMoveState): number =>
    counts.filter(({ state }) => state === wanted).reduce((sum, { count }) => sum + count, 0);
  return Object.fromEntries(KEY_MOVE_STATES.map((state) => [state, sumOf(state)])) as Record<
    KeyMoveState,
    number
  >;
}
