import type { DataSource } from 'typeorm';

const TELL = `SELECT pg_notify('instance_changed', id) FROM unnest($1::text[]) AS id`;

/**
 * Tells every process which instances changed, after the change was committed.
 *
 * A notification inside the changing transaction would make commits go one after the other: the
 * server holds one lock for all that notify until each is on disk, which costs five sixths of the
 * rate (docs/benchmarks.md). Told apart, and several at once, nobody waits for it. What a process
 * does not come to tell because it died is found by the rounds; what closes a route, or leads it
 * elsewhere, is told by a trigger inside the transaction and cannot be lost.
 */
export class ChangeTeller {
  readonly #waiting = new Set<string>();
  #isTelling = false;

  constructor(private readonly dataSource: DataSource) {}

  tell(instanceIds: Iterable<string>): void {
    for (const id of instanceIds) this.#waiting.add(id);
    if (!this.#isTelling && this.#waiting.size > 0) void this.#tellAll();
  }

  /** What gathers while one call is under way goes with the next. */
  async #tellAll(): Promise<void> {
    this.#isTelling = true;
    while (this.#waiting.size > 0) {
      const ids = [...this.#waiting];
      this.#waiting.clear();
      // Lost with the connection; whoever listens reads everything anew after such a gap.
      await this.dataSource.query(TELL, [ids]).catch(() => undefined);
    }
    this.#isTelling = false;
  }
}
