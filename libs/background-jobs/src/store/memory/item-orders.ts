import type { ItemStatus } from '../../model/index.js';
import type { JobEntry } from './job-entry.js';

const STATUSES: readonly ItemStatus[] = ['pending', 'done', 'skipped', 'failed'];

interface ItemOrder {
  readonly keys: readonly string[];
  readonly positions: ReadonlyMap<string, number>;
  /** A byte for each position: the place of its status in the list above. */
  readonly statuses: Uint8Array;
}

/** Where the items of jobs stand and what is their status, so that a page is found without a look at all of them. Only jobs whose pages are read have it. */
export class ItemOrders {
  readonly #orders = new WeakMap<JobEntry['items'], ItemOrder>();

  /** The keys of a page, and the position that the next one begins at. */
  page(
    items: JobEntry['items'],
    status: ItemStatus | undefined,
    from: number,
    limit: number,
  ): { readonly keys: readonly string[]; readonly next: number | undefined } {
    const { keys, statuses } = this.#orderOf(items);
    if (status === undefined) {
      const end = from + limit;
      return { keys: keys.slice(from, end), next: end < keys.length ? end : undefined };
    }
    const code = STATUSES.indexOf(status);
    const found: string[] = [];
    let position = statuses.indexOf(code, from);
    for (; position >= 0 && found.length < limit; position = statuses.indexOf(code, position + 1))
      found.push(keys[position]!);
    return { keys: found, next: position < 0 ? undefined : position };
  }

  settled(items: JobEntry['items'], key: string, status: ItemStatus): void {
    const order = this.#orders.get(items);
    const position = order?.positions.get(key);
    if (order && position !== undefined) order.statuses[position] = STATUSES.indexOf(status);
  }

  /** After many of them changed. */
  forget(items: JobEntry['items']): void {
    this.#orders.delete(items);
  }

  #orderOf(items: JobEntry['items']): ItemOrder {
    let order = this.#orders.get(items);
    if (!order) {
      const keys = [...items.keys()];
      order = {
        keys,
        positions: new Map(keys.map((key, position) => [key, position])),
        statuses: Uint8Array.from(items.values(), ({ outcome }) =>
          STATUSES.indexOf(outcome?.status ?? 'pending'),
        ),
      };
      this.#orders.set(items, order);
    }
    return order;
  }
}
