/** How to take back what was done since the last {@link commit}. */
export class Journal {
  #undo: (() => void)[] = [];

  /** Says how the change just made is taken back. */
  push(undo: () => void): void {
    this.#undo.push(undo);
  }

  commit(): void {
    this.#undo = [];
  }

  /** Takes everything back, the last change first. */
  rollback(): void {
    for (const undo of this.#undo.reverse()) undo();
    this.#undo = [];
  }
}

/**
 * A map whose changes a {@link Journal} can take back.
 *
 * Keys are listed as they were first set; one that was deleted and came back by a rollback stands last.
 */
export class Table<K, V> {
  readonly #rows = new Map<K, V>();

  constructor(readonly journal: Journal) {}

  get size(): number {
    return this.#rows.size;
  }

  get(key: K): V | undefined {
    return this.#rows.get(key);
  }

  has(key: K): boolean {
    return this.#rows.has(key);
  }

  /** The value of `key`, which `create` makes when there is none. */
  getOrSet(key: K, create: () => V): V {
    const existing = this.#rows.get(key);
    if (existing !== undefined) return existing;
    const created = create();
    this.set(key, created);
    return created;
  }

  set(key: K, value: V): void {
    const had = this.#rows.has(key);
    const before = this.#rows.get(key);
    this.#rows.set(key, value);
    this.journal.push(had ? () => this.#rows.set(key, before!) : () => this.#rows.delete(key));
  }

  delete(key: K): void {
    if (!this.#rows.has(key)) return;
    const before = this.#rows.get(key)!;
    this.#rows.delete(key);
    this.journal.push(() => this.#rows.set(key, before));
  }

  keys(): IterableIterator<K> {
    return this.#rows.keys();
  }

  values(): IterableIterator<V> {
    return this.#rows.values();
  }

  entries(): IterableIterator<[K, V]> {
    return this.#rows.entries();
  }
}
