import type { Clock } from '../clock.js';
import {
  type AuditNote,
  type FleetBoard,
  KEPT_NOTES,
  LAST_WORDS,
  type LeaseRecord,
  ORDER_MEMORY,
  type Posting,
  type PostingView,
} from './fleet-board.js';

/** What the board needs of the leases that it lies beside. */
export interface MemoryLeases {
  look(key: string): LeaseRecord;
  amend(key: string, entries: Readonly<Record<string, string | null>>): void;
  disable(key: string, ttl: number): void;
  free(key: string, holder: string): boolean;
}

/** The board of one process, beside leases in its memory. */
export class MemoryBoard implements FleetBoard {
  readonly #postings = new Map<string, { readonly text: string; readonly until: number }>();
  readonly #orders = new Map<string, string>();
  /** Ids of orders that were taken, and until when that is remembered; oldest first. */
  readonly #claims = new Map<string, number>();
  readonly #answers = new Map<string, string>();
  readonly #listeners = new Set<() => void>();
  #notes: readonly AuditNote[] = [];
  #revision = 0;

  constructor(
    private readonly leases: MemoryLeases,
    private readonly clock: Clock,
  ) {}

  post({ id, text, ttl }: Posting): Promise<number> {
    this.#postings.set(id, { text, until: this.clock.monotonic() + ttl });
    return Promise.resolve(this.#revision);
  }

  revision(): Promise<number> {
    return Promise.resolve(this.#revision);
  }

  withdraw(id: string): Promise<void> {
    this.#postings.delete(id);
    return Promise.resolve();
  }

  postings(): Promise<ReadonlyMap<string, PostingView>> {
    const now = this.clock.monotonic();
    for (const [id, { until }] of this.#postings) if (until + LAST_WORDS <= now) this.#postings.delete(id);
    return Promise.resolve(
      new Map([...this.#postings].map(([id, { text, until }]) => [id, { text, isUp: now < until }])),
    );
  }

  look(keys: readonly string[]): Promise<readonly LeaseRecord[]> {
    return Promise.resolve(keys.map((key) => this.leases.look(key)));
  }

  amend(key: string, entries: Readonly<Record<string, string | null>>): Promise<void> {
    this.leases.amend(key, entries);
    return Promise.resolve();
  }

  disable(key: string, ttl: number): Promise<void> {
    this.leases.disable(key, ttl);
    return Promise.resolve();
  }

  free(key: string, holder: string): Promise<boolean> {
    return Promise.resolve(this.leases.free(key, holder));
  }

  order(id: string, text: string): Promise<void> {
    this.#orders.set(id, text);
    return Promise.resolve();
  }

  orders(): Promise<ReadonlyMap<string, string>> {
    return Promise.resolve(new Map(this.#orders));
  }

  claim(id: string): Promise<boolean> {
    const now = this.clock.monotonic();
    for (const [old, until] of this.#claims) {
      if (until > now) break;
      this.#claims.delete(old);
    }
    this.#orders.delete(id);
    const isFirst = !this.#claims.has(id);
    if (isFirst) this.#claims.set(id, now + ORDER_MEMORY);
    return Promise.resolve(isFirst);
  }

  answer(id: string, text: string): Promise<void> {
    this.#answers.set(id, text);
    // As many as there are notes: an answer is read by who asked, a moment later.
    for (const old of [...this.#answers.keys()].slice(0, -KEPT_NOTES)) this.#answers.delete(old);
    this.#wake();
    return Promise.resolve();
  }

  answerTo(id: string): Promise<string | undefined> {
    return Promise.resolve(this.#answers.get(id));
  }

  announce(note?: AuditNote): Promise<void> {
    this.#revision++;
    if (note !== undefined) this.#notes = [note, ...this.#notes].slice(0, KEPT_NOTES);
    this.#wake();
    return Promise.resolve();
  }

  notes(limit: number): Promise<readonly AuditNote[]> {
    return Promise.resolve(this.#notes.slice(0, Math.max(0, limit)));
  }

  watch(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #wake(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
