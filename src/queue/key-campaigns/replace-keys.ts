import type { KeyCampaign, KeyMove, SkipReason } from '../../domain/key-campaign/key-campaign.js';
import { Fault } from '../../errors/index.js';
import type { CampaignPorts } from './campaign-ports.js';

/** Faults after which the move waits for its next turn: it was not begun, or is given up by itself. */
const PASSING: ReadonlySet<string> = new Set([
  'rotation_in_progress',
  'write_superseded',
  'vault_unreachable',
  'vault_sealed',
  'vault_refused',
]);

/** Moves to begin, and the value that they bring. */
interface Replacements {
  readonly moves: readonly KeyMove[];
  readonly value: string;
  readonly signal: AbortSignal;
}

/** Begins the rotation of each move's instance to the campaign's value. */
export async function replaceKeys(
  ports: CampaignPorts,
  campaign: KeyCampaign,
  { moves, value, signal }: Replacements,
): Promise<void> {
  for (const move of moves) {
    if (signal.aborted) return;
    const reason = await skipReasonOf(ports, campaign, move);
    if (reason === null) await begin(ports, campaign, move, { value, signal });
    else await skip(ports, move, reason);
  }
}

/** The rotation is opened and the move is begun in one transaction: neither is without the other. */
async function begin(
  { rotations, clock, log }: CampaignPorts,
  { id, keyName }: KeyCampaign,
  move: KeyMove,
  { value, signal }: Pick<Replacements, 'value' | 'signal'>,
): Promise<void> {
  const { instanceId } = move;
  try {
    await rotations.execute({
      ...{ instanceId, values: { [keyName]: value }, owner: 'platform', signal },
      ...{ actor: `worker:${id}`, requestId: null, from: null },
      along: async (tx, rotation) => {
        const at = clock.now();
        const present = await tx.keyCampaigns.findForUpdate(id);
        const step = { state: 'begun', rotationId: rotation.id, reason: null, at } as const;
        if (present?.state === 'running' && (await tx.keyCampaigns.advanceMove(move, step))) return;
        throw new Fault('write_superseded', 'The campaign or the move is not as it was seen.');
      },
    });
  } catch (error) {
    if (!(error instanceof Fault) || !PASSING.has(error.code)) throw error;
    log.warn('key not replaced yet', { instanceId, campaignId: id, error });
  }
}

async function skip(
  { store, clock, onMoved }: CampaignPorts,
  move: KeyMove,
  reason: SkipReason,
): Promise<void> {
  const step = { state: 'skipped', rotationId: null, reason, at: clock.now() } as const;
  if (await store.keyCampaigns.advanceMove(move, step)) onMoved('skipped');
}

/** Why there is nothing to be done for the instance, as it is now; null when there is. */
async function skipReasonOf(
  { store }: CampaignPorts,
  { keyName }: KeyCampaign,
  { instanceId }: KeyMove,
): Promise<SkipReason | null> {
  const instance = await store.instances.find(instanceId);
  if (instance === null || instance.state === 'deleting' || instance.state === 'deleted') {
    return 'instance_gone';
  }
  const keys = await store.keys.list(instanceId);
  const isPlatforms = keys.some(({ name, owner }) => name === keyName && owner === 'platform');
  if (!isPlatforms) return 'key_changed';
  return instance.state === 'ready' ? null : 'not_ready';
}
