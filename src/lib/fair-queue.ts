/** What became of something that came to the queue. */
export type Offered<Item> =
  | { readonly kind: 'queued' }
  | { readonly kind: 'refused' }
  /** It was queued in the place of another one's last, which is given back. */
  | { readonly kind: 'queued_instead'; readonly of: Item };

/**
 * A bounded queue that serves keys in turn, one item each, in the order in which they first came.
 * Whoever brings many waits behind their own, not others behind theirs; and when all places are taken
 * the longest line gives up its last one, so that a newcomer always finds a place.
 */
export class FairQueue<Item> {
  /** In the order of turns: a key that was served goes to the end. */
  readonly #lines = new Map<string, Item[]>();
  #size = 0;

  constructor(private readonly bounds: { readonly perKeyMax: number; readonly max: number }) {}

  get size(): number {
    return this.#size;
  }

  offer(key: string, item: Item): Offered<Item> {
    const line = this.#lines.get(key) ?? [];
    if (line.length >= this.bounds.perKeyMax) return { kind: 'refused' };
    if (this.#size < this.bounds.max) {
      this.#append(key, line, item);
      return { kind: 'queued' };
    }
    const [longest, items = []] = this.#longest();
    if (longest === undefined || items.length <= line.length + 1) return { kind: 'refused' };
    const [of] = items.splice(-1);
    this.#size -= 1;
    this.#append(key, line, item);
    return of === undefined ? { kind: 'queued' } : { kind: 'queued_instead', of };
  }

  /** Takes the first item of the key whose turn it is. */
  next(): Item | undefined {
    const [first] = this.#lines;
    if (first === undefined) return undefined;
    const [key, line] = first;
    const item = line.shift();
    this.#lines.delete(key);
    if (line.length > 0) this.#lines.set(key, line);
    this.#size -= 1;
    return item;
  }

  /** Takes an item out before its turn; whether it was still there. */
  remove(key: string, item: Item): boolean {
    const line = this.#lines.get(key) ?? [];
    const at = line.indexOf(item);
    if (at < 0) return false;
    line.splice(at, 1);
    if (line.length === 0) this.#lines.delete(key);
    this.#size -= 1;
    return true;
  }

  #append(key: string, line: Item[], item: Item): void {
    line.push(item);
    this.#lines.set(key, line);
    this.#size += 1;
  }

  #longest(): readonly [string | undefined, Item[]?] {
    let found: readonly [string | undefined, Item[]?] = [undefined];
    for (const entry of this.#lines) {
      if (entry[1].length > (found[1]?.length ?? 0)) found = entry;
    }
    return found;
  }
}
