interface Entry<Item> {
  readonly item: Item;
  readonly at: number;
  readonly order: number;
}

/**
 * When each of many items is due next: a heap, so that neither a change nor the question for the earliest looks at all of them.
 *
 * An entry counts only while it says what `#at` says of its item; changes leave the old entries behind, and they are dropped when they come
 * to the top or outnumber the items.
 */
export class DueTimes<Item> {
  readonly #at = new Map<Item, number>();
  #heap: Entry<Item>[] = [];
  #order = 0;

  /** @param at `undefined`: it is not due at all */
  set(item: Item, at: number | undefined): void {
    if (this.#at.get(item) === at) return;
    if (at === undefined) {
      this.#at.delete(item);
      return;
    }
    this.#at.set(item, at);
    this.#push({ item, at, order: this.#order++ });
    if (this.#heap.length > 2 * this.#at.size + 64) this.#compact();
  }

  /** `Infinity` if nothing is due at all. */
  get earliest(): number {
    for (let top = this.#heap[0]; top; top = this.#heap[0]) {
      if (this.#counts(top)) return top.at;
      this.#pop();
    }
    return Infinity;
  }

  /** Removes and returns what is due by then, in the order of its time. */
  take(until: number): Item[] {
    const due: Item[] = [];
    while (this.earliest <= until) {
      const top = this.#pop();
      if (!top) break;
      this.#at.delete(top.item);
      due.push(top.item);
    }
    return due;
  }

  clear(): void {
    this.#at.clear();
    this.#heap = [];
  }

  #counts({ item, at }: Entry<Item>): boolean {
    return this.#at.get(item) === at;
  }

  #compact(): void {
    // A list in order is a heap.
    this.#heap = this.#heap.filter((entry) => this.#counts(entry)).sort((a, b) => (isBefore(a, b) ? -1 : 1));
  }

  #push(entry: Entry<Item>): void {
    const heap = this.#heap;
    let place = heap.push(entry) - 1;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = heap[above]!;
      if (!isBefore(entry, parent)) break;
      heap[place] = parent;
      place = above;
    }
    heap[place] = entry;
  }

  #pop(): Entry<Item> | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (!last || heap.length === 0) return top;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child += 1;
      if (!isBefore(heap[child]!, last)) break;
      heap[place] = heap[child]!;
      place = child;
    }
    heap[place] = last;
    return top;
  }
}

function isBefore(one: Entry<unknown>, other: Entry<unknown>): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}
