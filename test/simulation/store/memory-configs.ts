import type { ConfigChange } from '../../../src/domain/config/config-change.js';
import type { ConfigChangeId, InstanceId } from '../../../src/domain/ids.js';
import type { ConfigStep, ConfigStore } from '../../../src/ports/index.js';
import type { Database } from './database.js';
import type { Transaction } from './engine.js';

/** Changes of tenants' configuration, in memory; more of them are kept than PostgreSQL keeps. */
export class MemoryConfigs implements ConfigStore {
  constructor(
    private readonly database: Database,
    private readonly tx: Transaction | null,
  ) {}

  current(instanceId: InstanceId): Promise<ConfigChange | null> {
    return this.#statement(`read configuration of ${instanceId}`, (tx) => {
      return this.#of(tx, instanceId).find(({ state }) => state !== 'reverted') ?? null;
    });
  }

  latest(instanceId: InstanceId): Promise<ConfigChange | null> {
    return this.#statement(`read last change of ${instanceId}`, (tx) => {
      return this.#of(tx, instanceId)[0] ?? null;
    });
  }

  find(id: ConfigChangeId): Promise<ConfigChange | null> {
    return this.#statement(`read ${id}`, (tx) => this.database.configs.get(tx, id));
  }

  list(instanceId: InstanceId, limit: number): Promise<readonly ConfigChange[]> {
    return this.#statement(`list changes of ${instanceId}`, (tx) => {
      return this.#of(tx, instanceId).slice(0, limit);
    });
  }

  open(change: Parameters<ConfigStore['open']>[0]): Promise<ConfigChange | null> {
    const { at, ...rest } = change;
    const { configs, engine } = this.database;
    return this.#statement(`open change of ${change.instanceId}`, async (tx) => {
      // What the unique index does: whoever comes second sees what the first one did.
      await engine.lock(tx, `open change ${change.instanceId}`);
      const known = this.#of(tx, change.instanceId);
      if (known.some(({ state }) => state === 'applying')) return null;
      const opened: ConfigChange = {
        ...{ ...rest, number: (known[0]?.number ?? 0) + 1, state: 'applying' },
        ...{ reason: null, requestedAt: at, stateAt: at },
      };
      configs.put(tx, change.id, opened);
      return opened;
    });
  }

  advance(seen: ConfigChange, step: ConfigStep): Promise<ConfigChange | null> {
    const { configs } = this.database;
    const { at: stateAt, ...changes } = step;
    return this.#statement(`${seen.id} is ${step.state}`, async (tx) => {
      const row = await configs.locked(tx, seen.id);
      if (row === null || row.state !== seen.state) return null;
      const next: ConfigChange = { ...row, ...changes, stateAt };
      configs.put(tx, seen.id, next);
      return next;
    });
  }

  closeOpen(
    instanceId: InstanceId,
    { at, reason }: Parameters<ConfigStore['closeOpen']>[1],
  ): Promise<void> {
    const { configs } = this.database;
    return this.#statement(`close change of ${instanceId}`, async (tx) => {
      for (const { id } of this.#of(tx, instanceId)) {
        const row = await configs.locked(tx, id);
        if (row?.state !== 'applying') continue;
        configs.put(tx, id, { ...row, state: 'reverted', stateAt: at, reason });
      }
    });
  }

  forget(instanceId: InstanceId): Promise<void> {
    return this.#statement(`forget changes of ${instanceId}`, (tx) => {
      for (const { id } of this.#of(tx, instanceId)) this.database.configs.put(tx, id, null);
    });
  }

  /** Newest first. */
  #of(tx: Transaction, instanceId: InstanceId): ConfigChange[] {
    const rows = this.database.configs.all(tx).filter((row) => row.instanceId === instanceId);
    return rows.sort((a, b) => b.number - a.number);
  }

  #statement<Result>(
    label: string,
    work: (tx: Transaction) => Result | Promise<Result>,
  ): Promise<Result> {
    return this.database.engine.statement(this.tx, label, work);
  }
}
