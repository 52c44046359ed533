import type { ListedItem } from '../../model/index.js';

/** Jobs whose items are remembered. A run that was cut off leaves its own behind. */
const MOST_JOBS = 1_000;

/** Where the items of the runs on this replica stand in their order: the index by status is kept by position, and the ledger by key. */
export class ItemPositions {
  readonly #jobs = new Map<string, ReadonlyMap<string, number>>();

  /** @param start the position of each, in the order of the items; by default they are all there are */
  keep(id: string, items: readonly ListedItem[], positions?: readonly number[]): void {
    this.forget(id);
    this.#jobs.set(id, new Map(items.map(({ key }, i) => [key, positions?.[i] ?? i])));
    for (const [oldest] of this.#jobs) {
      if (this.#jobs.size <= MOST_JOBS) return;
      this.#jobs.delete(oldest);
    }
  }

  /** `undefined`: unknown here; then the index is mended when it is read. */
  find(id: string, key: string): number | undefined {
    return this.#jobs.get(id)?.get(key);
  }

  forget(id: string): void {
    this.#jobs.delete(id);
  }
}
