/** What the in-memory database runs on: who waits, and what time it is. */
export interface DatabaseHost {
  /** Passed before and after each statement; may throw, which is a lost connection. */
  step(label: string): Promise<void>;
  /** A wait that `wake` ends, for whoever stands at a lock. */
  park(label: string): { readonly woken: Promise<void>; readonly wake: () => void };
  /** Whose call this is: what dies together loses its transactions together. */
  owner(): string;
  now(): Date;
}

/** One transaction: what it locked and whether it can still go on. */
export interface Transaction {
  readonly id: number;
  readonly owner: string;
  readonly beganAt: Date;
  readonly locks: Set<string>;
  state: 'open' | 'ended';
  waitsFor: string | null;
}

/** A part of the database that takes part in commits. */
interface Participant {
  commit(tx: Transaction): void;
  rollback(tx: Transaction): void;
}

/**
 * Locks and transactions like PostgreSQL's at READ COMMITTED: a statement sees what is committed
 * and its own writes, a lock is held until the end of the transaction, and whoever waited for one
 * looks again at what is then committed.
 */
export class Engine {
  readonly #participants: Participant[] = [];
  readonly #holders = new Map<string, Transaction>();
  readonly #waiting = new Map<string, Set<() => void>>();
  readonly #open = new Set<Transaction>();
  readonly #afterCommit: ((tx: Transaction) => void)[] = [];
  #made = 0;

  constructor(readonly host: DatabaseHost) {}

  join(participant: Participant): void {
    this.#participants.push(participant);
  }

  /** Has `listener` called after each commit, in the same moment. */
  onCommit(listener: (tx: Transaction) => void): void {
    this.#afterCommit.push(listener);
  }

  begin(): Transaction {
    this.#made += 1;
    const owner = this.host.owner();
    const beganAt = this.host.now();
    const tx: Transaction = {
      ...{ id: this.#made, owner, beganAt, locks: new Set<string>() },
      ...{ state: 'open' as const, waitsFor: null },
    };
    this.#open.add(tx);
    return tx;
  }

  commit(tx: Transaction): void {
    assertOpen(tx);
    for (const participant of this.#participants) participant.commit(tx);
    this.#end(tx);
    for (const listener of this.#afterCommit) listener(tx);
  }

  rollback(tx: Transaction): void {
    if (!this.#open.has(tx)) return;
    for (const participant of this.#participants) participant.rollback(tx);
    this.#end(tx);
  }

  /** Ends what a dead process began, as the server does when its connections break. */
  abandon(owner: string): void {
    for (const tx of [...this.#open]) if (tx.owner === owner) this.rollback(tx);
  }

  /**
   * Runs one statement, in `outer` or in a transaction of its own. A statement that fails breaks its
   * transaction: nothing more can be done in it.
   */
  async statement<Result>(
    outer: Transaction | null,
    label: string,
    work: (tx: Transaction) => Result | Promise<Result>,
  ): Promise<Result> {
    const tx = outer ?? this.begin();
    try {
      if (outer !== null) assertOpen(outer);
      await this.host.step(label);
      assertOpen(tx);
      const result = await work(tx);
      if (outer !== null) return result;
      const hasWritten = tx.locks.size > 0;
      this.commit(tx);
      if (hasWritten) await this.host.step(`${label}, answered`);
      return result;
    } catch (error) {
      this.rollback(tx);
      throw error;
    }
  }

  async transaction<Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result> {
    await this.host.step('begin');
    const tx = this.begin();
    try {
      const result = await work(tx);
      await this.host.step('commit');
      this.commit(tx);
      await this.host.step('commit, answered');
      return result;
    } catch (error) {
      this.rollback(tx);
      throw error;
    }
  }

  isLockedByOther(tx: Transaction, name: string): boolean {
    const holder = this.#holders.get(name);
    return holder !== undefined && holder !== tx;
  }

  /** Waits until the lock is free and takes it until the end of the transaction. */
  async lock(tx: Transaction, name: string): Promise<void> {
    while (this.isLockedByOther(tx, name)) {
      tx.waitsFor = name;
      this.#refuseDeadlock(tx);
      const { woken, wake } = this.host.park(`waits for ${name}`);
      const waiting = this.#waiting.get(name) ?? new Set();
      this.#waiting.set(name, waiting.add(wake));
      await woken;
      assertOpen(tx);
    }
    this.take(tx, name);
  }

  /** Takes a lock that nobody else holds. */
  take(tx: Transaction, name: string): void {
    tx.waitsFor = null;
    this.#holders.set(name, tx);
    tx.locks.add(name);
  }

  /** Transactions that are open, for the end of a run: there must be none. */
  openTransactions(): number {
    return this.#open.size;
  }

  #end(tx: Transaction): void {
    tx.state = 'ended';
    this.#open.delete(tx);
    for (const name of tx.locks) {
      this.#holders.delete(name);
      const waiting = this.#waiting.get(name) ?? new Set();
      this.#waiting.delete(name);
      for (const wake of waiting) wake();
    }
  }

  /** PostgreSQL ends one of those that wait in a circle after a second; that is a bug of ours. */
  #refuseDeadlock(tx: Transaction): void {
    const circle: string[] = [];
    let at: Transaction | undefined = tx;
    while (at !== undefined && at.waitsFor !== null) {
      circle.push(`#${at.id} of ${at.owner} waits for ${at.waitsFor}`);
      at = this.#holders.get(at.waitsFor);
      if (at === tx) throw new DatabaseBug(`deadlock: ${circle.join('; ')}`);
    }
  }
}

/** What PostgreSQL would refuse and no code of ours may ask for: a violated constraint, a deadlock. */
export class DatabaseBug extends Error {
  override readonly name = 'DatabaseBug';
}

function assertOpen({ state, id }: Transaction): void {
  if (state !== 'open') throw new TransactionOver(`transaction #${id} is ${state}`);
}

/** A statement in a transaction that was ended by the server or by an earlier failure. */
export class TransactionOver extends Error {
  override readonly name = 'TransactionOver';
}
