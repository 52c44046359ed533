import type { Redis } from 'ioredis';
import { type Family, familyOf } from './families.js';

/** So many of a family's keys, in the order of their names, are "the latest": ids of jobs begin with their time. */
const LATEST = 12;

/** The keys of the libraries that are there, as of the latest look. */
export class Keyspace {
  readonly #keys = new Map<Family, string[]>();

  /** Looks at all names. */
  async look(redis: Redis): Promise<void> {
    const found = new Map<Family, string[]>();
    for (let cursor = '0', isFirst = true; isFirst || cursor !== '0'; isFirst = false) {
      const [next, keys] = await redis.scan(cursor, 'COUNT', 2_000);
      cursor = next;
      for (const key of keys) {
        const family = familyOf(key);
        if (family) found.set(family, [...(found.get(family) ?? []), key]);
      }
    }
    this.#keys.clear();
    for (const [family, keys] of found) this.#keys.set(family, [...new Set(keys)].sort());
  }

  /** One of a family's keys, every other time one of its latest; `undefined`: there is none. */
  pick(family: Family, at: number): string | undefined {
    const keys = this.#keys.get(family) ?? [];
    const from = at < 0.5 ? keys.slice(-LATEST) : keys;
    return from[Math.floor(((at * 2) % 1) * from.length)];
  }
}
