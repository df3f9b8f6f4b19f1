/**
 * A row of a table under PostgreSQL's READ COMMITTED: others read what was committed, and one
 * transaction at a time may hold the row with a value of its own.
 */
export interface Row<Value> {
  /** As committed; null while there is no such row. */
  now: Value | null;
  /** As the holder left it. */
  next: Value | null;
  /** The transaction that holds the row's lock, or NOBODY. */
  by: string;
}

export const NOBODY = '';

/** A committed row, or with null a place where one may be inserted. */
export function row<Value>(now: Value | null): Row<Value> {
  return { now, next: null, by: NOBODY };
}

/** The row as a statement of that transaction sees it. */
export function seen<Value>(of: Row<Value>, by: string): Value | null {
  return of.by !== NOBODY && of.by === by ? of.next : of.now;
}

/** Whether a statement of that transaction may write the row now; otherwise it waits. */
export function isFree(of: Row<unknown>, by: string): boolean {
  return of.by === NOBODY || of.by === by;
}

/** Writes the row in the name of the transaction, which then holds it until its end. */
export function write<Value>(of: Row<Value>, by: string, value: Value): void {
  of.next = value;
  of.by = by;
}

/** Ends the transaction with all its writes. */
export function commit(rows: readonly Row<unknown>[], by: string): void {
  for (const held of rows) {
    if (held.by !== by) continue;
    held.now = held.next;
    release(held);
  }
}

/** Ends the transaction without any of its writes, as a crash of its process does. */
export function rollBack(rows: readonly Row<unknown>[], by: string): void {
  for (const held of rows) if (held.by === by) release(held);
}

function release(held: Row<unknown>): void {
  held.next = null;
  held.by = NOBODY;
}

/** The element of that number; a model that asks for another one is wrong. */
export function at<Value>(list: readonly Value[], index: number): Value {
  const value = list[index];
  if (value === undefined) throw new Error(`The model has no element ${index}.`);
  return value;
}
