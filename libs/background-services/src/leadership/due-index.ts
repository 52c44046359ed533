import { type Due, DueHeap } from '../kit/index.js';

interface Entry<Item> extends Due {
  readonly item: Item;
}

/** When each of many items is due next: neither a change nor the question for the earliest looks at all of them. */
export class DueIndex<Item> {
  readonly #entries = new Map<Item, Entry<Item>>();
  readonly #heap = new DueHeap<Entry<Item>>();

  /** @param at `undefined`: it is not due at all */
  set(item: Item, at: number | undefined): void {
    let entry = this.#entries.get(item);
    if (at === undefined) {
      if (entry) this.#heap.remove(entry);
      return;
    }
    if (!entry) {
      entry = { item, dueAt: at, order: 0, place: -1 };
      this.#entries.set(item, entry);
    }
    if (entry.place < 0 || entry.dueAt !== at) this.#heap.set(entry, at);
  }

  /** `Infinity` if nothing is due at all. */
  get earliest(): number {
    return this.#heap.first?.dueAt ?? Infinity;
  }

  /** Removes and returns what is due by then, in the order of its time. */
  take(until: number): Item[] {
    const due: Item[] = [];
    for (let { first } = this.#heap; first && first.dueAt <= until; { first } = this.#heap) {
      this.#heap.remove(first);
      due.push(first.item);
    }
    return due;
  }

  clear(): void {
    this.#heap.clear();
    this.#entries.clear();
  }
}
