/** What is due at some time. It is its own place in a heap: nothing is made when it is set. */
export interface Due {
  /** On the monotonic clock, ms. */
  dueAt: number;
  /** Of those that are due at the same time, the one that was set first comes first. */
  order: number;
  /** Index in the heap; -1: it is in none. */
  place: number;
}

/** What is due when, the earliest first: a binary heap. To set or remove one costs O(log n), to look at the first one O(1). */
export class DueHeap<Entry extends Due> {
  readonly #entries: Entry[] = [];
  #order = 0;

  get first(): Entry | undefined {
    return this.#entries[0];
  }

  /** Puts it in, or moves it: it comes after those that are due at the same time. */
  set(entry: Entry, dueAt: number): void {
    this.remove(entry);
    entry.dueAt = dueAt;
    entry.order = this.#order++;
    this.#rise(entry, this.#entries.length);
  }

  /** Harmless if it is not there. */
  remove(entry: Entry): void {
    const { place } = entry;
    if (place < 0) return;
    entry.place = -1;
    const last = this.#entries.pop()!;
    if (last === entry) return;
    if (place > 0 && isBefore(last, this.#entries[(place - 1) >> 1]!)) this.#rise(last, place);
    else this.#sink(last, place);
  }

  clear(): void {
    for (const entry of this.#entries) entry.place = -1;
    this.#entries.length = 0;
  }

  #rise(entry: Entry, from: number): void {
    let place = from;
    while (place > 0) {
      const parent = this.#entries[(place - 1) >> 1]!;
      if (!isBefore(entry, parent)) break;
      this.#put(parent, place);
      place = (place - 1) >> 1;
    }
    this.#put(entry, place);
  }

  #sink(entry: Entry, from: number): void {
    const heap = this.#entries;
    let place = from;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!isBefore(heap[child]!, entry)) break;
      this.#put(heap[child]!, place);
      place = child;
    }
    this.#put(entry, place);
  }

  #put(entry: Entry, place: number): void {
    this.#entries[place] = entry;
    entry.place = place;
  }
}

function isBefore(a: Due, b: Due): boolean {
  return a.dueAt < b.dueAt || (a.dueAt === b.dueAt && a.order < b.order);
}
