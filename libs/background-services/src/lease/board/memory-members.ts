import type { Clock } from '../clock.js';
import { type BoardMembers, LONGEST_MEMBER } from './board-members.js';
import { MOST_PRESENCES } from './fleet-board.js';

/** The members of a fleet in one process. */
export class MemoryMembers implements BoardMembers {
  readonly #members = new Map<string, { readonly text: string; readonly until: number }>();
  readonly #listeners = new Set<() => void>();

  constructor(private readonly clock: Clock) {}

  put(id: string, text: string, ttl: number): Promise<ReadonlyMap<string, string>> {
    const now = this.clock.monotonic();
    for (const [other, { until }] of this.#members) if (until <= now) this.#members.delete(other);
    this.#members.set(id, { text, until: now + ttl });
    const found = new Map<string, string>();
    // The caller's own comes first, so that it is among those that are read.
    for (const each of new Set([id, ...this.#members.keys()])) {
      const member = this.#members.get(each)?.text ?? '';
      if (found.size < MOST_PRESENCES && Buffer.byteLength(member) <= LONGEST_MEMBER) found.set(each, member);
    }
    return Promise.resolve(found);
  }

  remove(id: string): Promise<void> {
    this.#members.delete(id);
    return Promise.resolve();
  }

  announce(): Promise<void> {
    for (const listener of [...this.#listeners]) listener();
    return Promise.resolve();
  }

  watch(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
