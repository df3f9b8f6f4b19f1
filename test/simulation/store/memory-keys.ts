import type { InstanceId, RotationId } from '../../../src/domain/ids.js';
import type { Rotation } from '../../../src/domain/rotation.js';
import { CLOSED_ROTATION_STATES } from '../../../src/domain/rotation.js';
import type { KeyRecord, KeyStore, RotationStep, RotationStore } from '../../../src/ports/index.js';
import type { Database, KeyRow } from './database.js';
import type { Transaction } from './engine.js';

/** What is known of keys, in memory. */
export class MemoryKeys implements KeyStore {
  constructor(
    private readonly database: Database,
    private readonly tx: Transaction | null,
  ) {}

  list(instanceId: InstanceId): Promise<readonly KeyRecord[]> {
    const { instances, engine } = this.database;
    return engine.statement(this.tx, `keys of ${instanceId}`, (tx) => {
      const applied = instances.get(tx, instanceId)?.revisionApplied ?? 0;
      return this.#present(tx, instanceId)
        .sort((a, b) => (a.name < b.name ? -1 : 1))
        .map(({ revision, instanceId: _of, removedAt: _removed, ...key }) => {
          return { ...key, isLive: revision <= applied };
        });
    });
  }

  record(instanceId: InstanceId, change: Parameters<KeyStore['record']>[1]): Promise<void> {
    const { version, set, removed, owner, at } = change;
    const { keys, engine } = this.database;
    return engine.statement(this.tx, `record keys v${version} of ${instanceId}`, async (tx) => {
      const revision = await this.#raise(tx, instanceId, version);
      const rows = [
        ...[...set].map(([name, slot]) => ({ name, slot, removedAt: null })),
        ...removed.map((name) => ({ name, slot: 0, removedAt: at })),
      ];
      for (const placed of rows) {
        const id = `${instanceId} ${placed.name}`;
        const row: KeyRow = {
          ...{ ...placed, instanceId, owner, version, revision, setAt: at },
          ...{ provenAt: null, renewalDueAt: null },
        };
        const known = await keys.locked(tx, id);
        if (known === null || known.version < version) keys.put(tx, id, row);
      }
    });
  }

  forget(instanceId: InstanceId, at: Date): Promise<void> {
    const { keys, engine } = this.database;
    return engine.statement(this.tx, `forget keys of ${instanceId}`, async (tx) => {
      for (const { name } of this.#present(tx, instanceId)) {
        await keys.update(tx, `${instanceId} ${name}`, (row) => {
          return { ...row, removedAt: at, renewalDueAt: null };
        });
      }
    });
  }

  raise(instanceId: InstanceId, version: number): Promise<number> {
    return this.database.engine.statement(this.tx, `raise ${instanceId}`, (tx) =>
      this.#raise(tx, instanceId, version),
    );
  }

  promote(
    { instanceId, names, number: slot, owner, provenAt }: Rotation,
    { version, at }: { readonly version: number; readonly at: Date },
  ): Promise<number> {
    const { keys, engine } = this.database;
    return engine.statement(this.tx, `promote keys of ${instanceId}`, async (tx) => {
      const revision = await this.#raise(tx, instanceId, version);
      for (const row of this.#present(tx, instanceId)) {
        if (!names.includes(row.name)) continue;
        const id = `${instanceId} ${row.name}`;
        await keys.locked(tx, id);
        const placed = { slot, owner, version, revision, setAt: at, provenAt, renewalDueAt: null };
        keys.put(tx, id, { ...row, ...placed });
      }
      return revision;
    });
  }

  askToRenew(instanceId: InstanceId, name: string, at: Date): Promise<boolean> {
    const { keys, engine } = this.database;
    return engine.statement(this.tx, `ask ${instanceId} to renew ${name}`, async (tx) => {
      const asked = await keys.update(tx, `${instanceId} ${name}`, (row) =>
        row.owner === 'tenant' && row.removedAt === null ? { ...row, renewalDueAt: at } : null,
      );
      return asked !== null;
    });
  }

  stopAsking({ id, keyName }: Parameters<KeyStore['stopAsking']>[0]): Promise<void> {
    const { keys, keyMoves, engine } = this.database;
    return engine.statement(this.tx, `ask nobody for ${keyName}`, async (tx) => {
      const asked = keyMoves.all(tx).filter(({ campaignId }) => campaignId === id);
      for (const { instanceId } of asked) {
        await keys.update(tx, `${instanceId} ${keyName}`, (row) => ({
          ...row,
          renewalDueAt: null,
        }));
      }
    });
  }

  #present(tx: Transaction, instanceId: InstanceId): KeyRow[] {
    const rows = this.database.keys.all(tx);
    return rows.filter((row) => row.instanceId === instanceId && row.removedAt === null);
  }

  async #raise(tx: Transaction, instanceId: InstanceId, version: number): Promise<number> {
    const raised = await this.database.instances.update(tx, instanceId, (row) => ({
      ...row,
      keyVersion: Math.max(row.keyVersion, version),
      revision: row.revision + 1,
    }));
    return raised?.revision ?? 0;
  }
}

/** Rotations of keys, in memory. */
export class MemoryRotations implements RotationStore {
  constructor(
    private readonly database: Database,
    private readonly tx: Transaction | null,
  ) {}

  open({ id, instanceId, names, owner, at }: Parameters<RotationStore['open']>[0]) {
    const { rotations, engine } = this.database;
    return engine.statement(this.tx, `open rotation of ${instanceId}`, async (tx) => {
      // What the unique index does: whoever comes second sees what the first one did.
      await engine.lock(tx, `open rotation ${instanceId}`);
      const known = this.#of(tx, instanceId);
      if (known.some(isOpen)) return null;
      const rotation: Rotation = {
        ...{ id, instanceId, names, owner, number: known.length + 1 },
        ...{
          state: 'writing',
          revision: 0,
          reason: null,
          requestedAt: at,
          stateAt: at,
          provenAt: null,
        },
      };
      rotations.put(tx, id, rotation);
      return rotation;
    });
  }

  find(id: RotationId): Promise<Rotation | null> {
    const { rotations, engine } = this.database;
    return engine.statement(this.tx, `read ${id}`, (tx) => rotations.get(tx, id));
  }

  findOpen(instanceId: InstanceId): Promise<Rotation | null> {
    return this.database.engine.statement(
      this.tx,
      `read open rotation of ${instanceId}`,
      (tx) => this.#of(tx, instanceId).find(isOpen) ?? null,
    );
  }

  list(instanceId: InstanceId, limit: number): Promise<readonly Rotation[]> {
    return this.database.engine.statement(this.tx, `list rotations of ${instanceId}`, (tx) =>
      this.#of(tx, instanceId)
        .sort((a, b) => b.number - a.number)
        .slice(0, limit),
    );
  }

  advance(seen: Rotation, step: RotationStep): Promise<Rotation | null> {
    const { rotations, engine } = this.database;
    const { state, at: stateAt, ...changes } = step;
    return engine.statement(this.tx, `${seen.id} is ${state}`, async (tx) => {
      const row = await rotations.locked(tx, seen.id);
      if (row === null || row.state !== seen.state) return null;
      const next: Rotation = { ...row, ...changes, state, stateAt };
      rotations.put(tx, seen.id, next);
      return next;
    });
  }

  closeOpen(
    instanceId: InstanceId,
    { at, reason, actor }: Parameters<RotationStore['closeOpen']>[1],
  ): Promise<void> {
    const { rotations, audit, engine } = this.database;
    return engine.statement(this.tx, `close rotation of ${instanceId}`, async (tx) => {
      for (const { id } of this.#of(tx, instanceId).filter(isOpen)) {
        const row = await rotations.locked(tx, id);
        if (row === null || !isOpen(row)) continue;
        rotations.put(tx, id, { ...row, state: 'reverted', stateAt: at, reason });
        audit.put(tx, this.database.nextNumber(), {
          ...{ at, actor, action: 'keys.rotation_reverted', target: instanceId },
          ...{ outcome: 'refused', requestId: null, from: null },
          details: { rotation: id, number: row.number, names: row.names.join(' '), reason },
        });
      }
    });
  }

  #of(tx: Transaction, instanceId: InstanceId): Rotation[] {
    return this.database.rotations.all(tx).filter((row) => row.instanceId === instanceId);
  }
}

/** Whether the rotation is under way, as the partial unique index asks. */
export function isOpen({ state }: Rotation): boolean {
  return !CLOSED_ROTATION_STATES.includes(state);
}
