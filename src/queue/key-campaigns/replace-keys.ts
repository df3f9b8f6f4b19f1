import type { KeyCampaign, KeyMove, SkipReason } from '../../domain/key-campaign/key-campaign.js';
import { Fault } from '../../errors/index.js';
import type { Repositories } from '../../ports/index.js';
import type { CampaignPorts } from './campaign-ports.js';

/** Faults after which the move waits for its next turn: it was not begun, or is given up by itself. */
const PASSING: ReadonlySet<string> = new Set([
  'rotation_in_progress',
  'instance_not_ready',
  'key_unknown',
  'keys_lost',
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
    const outlook = await outlookOf(ports.store, campaign, move);
    if (outlook === 'begin') await begin(ports, campaign, move, { value, signal });
    else if (outlook !== 'wait') await skip(ports, move, outlook);
  }
}

/** The rotation is opened and the move is begun in one transaction: neither is without the other. */
async function begin(
  { rotations, clock, log }: CampaignPorts,
  campaign: KeyCampaign,
  move: KeyMove,
  { value, signal }: Pick<Replacements, 'value' | 'signal'>,
): Promise<void> {
  const { id, keyName } = campaign;
  const { instanceId } = move;
  try {
    await rotations.execute({
      ...{ instanceId, values: { [keyName]: value }, owner: 'platform', signal },
      ...{ actor: `worker:${id}`, requestId: null, from: null },
      along: async (tx, rotation) => {
        const at = clock.now();
        const present = await tx.keyCampaigns.findForUpdate(id);
        const step = { state: 'begun', rotationId: rotation.id, reason: null, at } as const;
        // Seen again under the lock: a tenant's own key must not become the platform's.
        const isStillSo = (await outlookOf(tx, campaign, move)) === 'begin';
        const isRunning = present?.state === 'running' && isStillSo;
        if (isRunning && (await tx.keyCampaigns.advanceMove(move, step))) return;
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

/** What is to be done for the instance as it is now; one that is not ready yet is waited for. */
async function outlookOf(
  store: Pick<Repositories, 'instances' | 'keys'>,
  { keyName }: KeyCampaign,
  { instanceId }: KeyMove,
): Promise<'begin' | 'wait' | SkipReason> {
  const instance = await store.instances.find(instanceId);
  if (instance === null) return 'instance_gone';
  const keys = await store.keys.list(instanceId);
  const isPlatforms = keys.some(({ name, owner }) => name === keyName && owner === 'platform');
  switch (instance.state) {
    case 'deleting':
    case 'deleted':
      return 'instance_gone';
    case 'creating':
    case 'warming':
    case 'idle':
    case 'binding':
    case 'resuming':
      return isPlatforms ? 'wait' : 'key_changed';
    case 'ready':
      return isPlatforms ? 'begin' : 'key_changed';
    case 'stopped':
    case 'trashed':
    case 'failed':
      return isPlatforms ? 'not_ready' : 'key_changed';
  }
}
