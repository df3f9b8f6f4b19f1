import type { Engine, Transaction } from './engine.js';

/**
 * Rows by key, as each transaction sees them: its own writes over what is committed. Rows are
 * replaced and never changed, so one that was handed out stays as it was.
 */
export class Table<Row extends object> {
  readonly #committed = new Map<string, Row>();
  readonly #written = new Map<Transaction, Map<string, Row | null>>();

  constructor(
    private readonly name: string,
    private readonly engine: Engine,
    private readonly onChange: (key: string, before: Row | null, after: Row | null) => void = () =>
      undefined,
  ) {
    engine.join(this);
  }

  get(tx: Transaction, key: string): Row | null {
    const own = this.#written.get(tx)?.get(key);
    return own === undefined ? (this.#committed.get(key) ?? null) : own;
  }

  /** All rows that the transaction sees, by key. */
  all(tx: Transaction): Row[] {
    const own = this.#written.get(tx);
    if (own === undefined || own.size === 0) return [...this.#committed.values()];
    const merged = new Map<string, Row | null>(this.#committed);
    for (const [key, row] of own) merged.set(key, row);
    return [...merged.values()].filter((row) => row !== null);
  }

  lockName(key: string): string {
    return `${this.name} ${key}`;
  }

  isFree(tx: Transaction, key: string): boolean {
    return !this.engine.isLockedByOther(tx, this.lockName(key));
  }

  /** Waits for the row's lock, then gives the row as it is now. */
  async locked(tx: Transaction, key: string): Promise<Row | null> {
    if (this.get(tx, key) === null && this.isFree(tx, key)) return null;
    await this.engine.lock(tx, this.lockName(key));
    return this.get(tx, key);
  }

  /** Writes a row whose lock the transaction has or takes now; null removes it. */
  put(tx: Transaction, key: string, row: Row | null): void {
    this.engine.take(tx, this.lockName(key));
    const own = this.#written.get(tx) ?? new Map<string, Row | null>();
    this.#written.set(tx, own.set(key, row));
  }

  /** Waits for the row and replaces it by what `change` makes of it as it then is; null if gone. */
  async update(
    tx: Transaction,
    key: string,
    change: (row: Row) => Row | null,
  ): Promise<Row | null> {
    const row = await this.locked(tx, key);
    const changed = row === null ? null : change(row);
    if (changed !== null) this.put(tx, key, changed);
    return changed;
  }

  commit(tx: Transaction): void {
    for (const [key, row] of this.#written.get(tx) ?? []) {
      const before = this.#committed.get(key) ?? null;
      if (row === null) this.#committed.delete(key);
      else this.#committed.set(key, row);
      this.onChange(key, before, row);
    }
    this.#written.delete(tx);
  }

  rollback(tx: Transaction): void {
    this.#written.delete(tx);
  }

  /** What is committed, for checks from outside any transaction. */
  committed(): ReadonlyMap<string, Row> {
    return this.#committed;
  }
}
