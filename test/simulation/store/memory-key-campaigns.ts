import type { InstanceId, KeyCampaignId } from '../../../src/domain/ids.js';
import type {
  KeyCampaign,
  KeyMove,
  KeyMoveState,
  SkipReason,
} from '../../../src/domain/key-campaign/key-campaign.js';
import { CLOSED_ROTATION_STATES } from '../../../src/domain/rotation.js';
import { digestOf } from '../../../src/lib/digest.js';
import type {
  KeyCampaignStep,
  KeyCampaignStore,
  KeyMoveCount,
  KeyMoveEnded,
  KeyMoveStep,
} from '../../../src/ports/index.js';
import type { Database } from './database.js';
import type { Transaction } from './engine.js';

/** Key campaigns and their moves, in memory. */
export class MemoryKeyCampaigns implements KeyCampaignStore {
  constructor(
    private readonly database: Database,
    private readonly tx: Transaction | null,
  ) {}

  open(campaign: Parameters<KeyCampaignStore['open']>[0]): Promise<KeyCampaign | null> {
    const { campaigns, engine } = this.database;
    const { kind, keyName, requestedAt } = campaign;
    return engine.statement(this.tx, `open ${campaign.id}`, async (tx) => {
      await engine.lock(tx, `open campaign ${kind} ${keyName}`);
      const isTwin = (other: KeyCampaign): boolean =>
        other.kind === kind && other.keyName === keyName && !isOver(other);
      if (campaigns.all(tx).some(isTwin)) return null;
      const opened: KeyCampaign = {
        ...{ ...campaign, state: 'preparing', failuresAccepted: 0 },
        ...{ stateAt: requestedAt, settledAt: null },
      };
      campaigns.put(tx, campaign.id, opened);
      return opened;
    });
  }

  find(id: KeyCampaignId): Promise<KeyCampaign | null> {
    return this.#read(`read ${id}`, (tx) => this.database.campaigns.get(tx, id));
  }

  findForUpdate(id: KeyCampaignId): Promise<KeyCampaign | null> {
    const { campaigns, engine } = this.database;
    return engine.statement(this.tx, `lock ${id}`, (tx) => campaigns.locked(tx, id));
  }

  list(limit: number): Promise<readonly KeyCampaign[]> {
    return this.#read('list campaigns', (tx) =>
      byAge(this.database.campaigns.all(tx)).slice(-limit),
    );
  }

  listUnsettled(): Promise<readonly KeyCampaign[]> {
    return this.#read('list unsettled campaigns', (tx) =>
      byAge(this.database.campaigns.all(tx)).filter(({ settledAt }) => settledAt === null),
    );
  }

  advance(seen: KeyCampaign, step: KeyCampaignStep): Promise<KeyCampaign | null> {
    const { state, at: stateAt, failuresAccepted = null } = step;
    const { campaigns, engine } = this.database;
    return engine.statement(this.tx, `${seen.id} is ${state}`, (tx) =>
      campaigns.update(tx, seen.id, (row) => {
        if (row.state !== seen.state) return null;
        const accepted = failuresAccepted ?? row.failuresAccepted;
        return { ...row, state, stateAt, failuresAccepted: accepted };
      }),
    );
  }

  settle(id: KeyCampaignId, at: Date): Promise<void> {
    const { campaigns, engine } = this.database;
    return engine.statement(this.tx, `settle ${id}`, async (tx) => {
      await campaigns.update(tx, id, (row) =>
        row.settledAt === null ? { ...row, settledAt: at } : null,
      );
    });
  }

  affected({
    id,
    kind,
    keyName,
  }: Parameters<KeyCampaignStore['affected']>[0]): Promise<readonly InstanceId[]> {
    const owner = kind === 'replace' ? 'platform' : 'tenant';
    const { keys, instances } = this.database;
    return this.#read(`affected by ${id}`, (tx) =>
      keys
        .all(tx)
        .filter((key) => key.name === keyName && key.owner === owner && key.removedAt === null)
        .map(({ instanceId }) => instanceId)
        .filter((instanceId) => {
          const instance = instances.get(tx, instanceId);
          const isEnding = ['failed', 'deleting', 'deleted'].includes(instance?.state ?? 'deleted');
          return instance?.tenantId !== null && !isEnding;
        })
        .sort((a, b) => (digestOf(id + a) < digestOf(id + b) ? -1 : 1)),
    );
  }

  plan(id: KeyCampaignId, moves: Parameters<KeyCampaignStore['plan']>[1], at: Date): Promise<void> {
    const { keyMoves, engine } = this.database;
    return engine.statement(this.tx, `plan ${id}`, (tx) => {
      for (const { instanceId, wave } of moves) {
        keyMoves.put(tx, `${id} ${instanceId}`, {
          ...{ campaignId: id, instanceId, wave, state: 'waiting', rotationId: null, reason: null },
          ...{ attempts: 0, stateAt: at },
        });
      }
    });
  }

  moves(id: KeyCampaignId): Promise<readonly KeyMove[]> {
    return this.#read(`list moves of ${id}`, (tx) => this.#of(tx, id));
  }

  ended(id: KeyCampaignId): Promise<readonly KeyMoveEnded[]> {
    return this.#read(`list ended moves of ${id}`, (tx) => {
      const keyName = this.database.campaigns.get(tx, id)?.keyName ?? '';
      return this.#of(tx, id)
        .filter(({ state }) => state === 'begun')
        .flatMap((move) => this.#endOf(tx, move, keyName) ?? []);
    });
  }

  advanceMove(seen: KeyMove, step: KeyMoveStep): Promise<boolean> {
    const { campaignId, instanceId } = seen;
    const { state, at: stateAt, rotationId, reason } = step;
    const { keyMoves, engine } = this.database;
    return engine.statement(this.tx, `move of ${instanceId} is ${state}`, async (tx) => {
      const moved = await keyMoves.update(tx, `${campaignId} ${instanceId}`, (row) => {
        if (row.state !== seen.state || row.attempts !== seen.attempts) return null;
        const attempts = row.attempts + (state === 'begun' ? 1 : 0);
        return { ...row, state, stateAt, rotationId, reason, attempts };
      });
      return moved !== null;
    });
  }

  skipAll(id: KeyCampaignId, state: KeyMoveState, reason: SkipReason, at: Date): Promise<void> {
    const { keyMoves, engine } = this.database;
    return engine.statement(this.tx, `skip moves of ${id}`, async (tx) => {
      for (const { instanceId } of this.#of(tx, id)) {
        await keyMoves.update(tx, `${id} ${instanceId}`, (row) =>
          row.state === state ? { ...row, state: 'skipped', reason, stateAt: at } : null,
        );
      }
    });
  }

  count(id: KeyCampaignId): Promise<readonly KeyMoveCount[]> {
    return this.#read(`count moves of ${id}`, (tx) => {
      const counts = new Map<string, KeyMoveCount>();
      for (const { wave, state } of this.#of(tx, id)) {
        const known = counts.get(`${wave} ${state}`)?.count ?? 0;
        counts.set(`${wave} ${state}`, { wave, state, count: known + 1 });
      }
      return [...counts.values()];
    });
  }

  listUnmoved(id: KeyCampaignId, limit: number): Promise<readonly KeyMove[]> {
    return this.#read(`list unmoved of ${id}`, (tx) =>
      this.#of(tx, id)
        .filter(({ state }) => state === 'reverted' || state === 'skipped')
        .slice(0, limit),
    );
  }

  /** How the begun move ended; null while it has not. */
  #endOf(tx: Transaction, move: KeyMove, keyName: string): KeyMoveEnded | null {
    const { instances, keys, rotations } = this.database;
    const { instanceId, rotationId } = move;
    const instanceState = instances.get(tx, instanceId)?.state ?? 'deleted';
    const key = keys.get(tx, `${instanceId} ${keyName}`);
    const present = key?.removedAt === null ? key : null;
    const rotation = rotationId === null ? null : rotations.get(tx, rotationId);
    const isGone = ['failed', 'deleting', 'deleted'].includes(instanceState);
    const isOverNow =
      rotation === null
        ? (present?.renewalDueAt ?? null) === null
        : instanceState === 'stopped' || CLOSED_ROTATION_STATES.includes(rotation.state);
    if (!isGone && !isOverNow) return null;
    return { move, instanceState, hasKey: present !== null, rotation };
  }

  #of(tx: Transaction, id: KeyCampaignId): KeyMove[] {
    return this.database.keyMoves
      .all(tx)
      .filter(({ campaignId }) => campaignId === id)
      .sort((a, b) => a.wave - b.wave || (a.instanceId < b.instanceId ? -1 : 1));
  }

  #read<Result>(label: string, look: (tx: Transaction) => Result): Promise<Result> {
    return this.database.engine.statement(this.tx, label, look);
  }
}

const isOver = ({ state }: KeyCampaign): boolean => state === 'done' || state === 'aborted';

function byAge(campaigns: readonly KeyCampaign[]): KeyCampaign[] {
  return [...campaigns].sort(
    (a, b) => a.requestedAt.getTime() - b.requestedAt.getTime() || (a.id < b.id ? -1 : 1),
  );
}
