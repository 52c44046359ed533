import type { Clock } from '../clock.js';
import {
  type AuditNote,
  type FleetBoard,
  KEPT_NOTES,
  LAST_WORDS,
  type LeaseRecord,
  type LookRequest,
  COMMAND_MEMORY,
  type Presence,
  type PresenceView,
} from './fleet-board.js';
import { MemoryMembers } from './memory-members.js';
import { MemoryPages } from './memory-pages.js';

/** What the board needs of the leases that it lies beside. */
export interface MemoryLeases {
  look(request: LookRequest): LeaseRecord;
  setEntries(key: string, entries: Readonly<Record<string, string | null>>): void;
  disable(key: string, ttl: number): void;
  free(key: string, holder: string): boolean;
}

/** The board of one process, beside leases in its memory. */
export class MemoryBoard implements FleetBoard {
  readonly pages: MemoryPages;
  readonly members: MemoryMembers;
  readonly #presences = new Map<string, { readonly text: string; readonly until: number }>();
  readonly #commands = new Map<string, string>();
  /** Ids of commands that were taken, and until when that is remembered; oldest first. */
  readonly #claims = new Map<string, number>();
  readonly #answers = new Map<string, string>();
  readonly #listeners = new Set<() => void>();
  #notes: readonly AuditNote[] = [];
  #revision = 0;

  constructor(
    private readonly leases: MemoryLeases,
    private readonly clock: Clock,
  ) {
    this.pages = new MemoryPages(clock);
    this.members = new MemoryMembers(clock);
  }

  putPresence({ id, text, ttl }: Presence): Promise<number> {
    this.#presences.set(id, { text, until: this.clock.monotonic() + ttl });
    return Promise.resolve(this.#revision);
  }

  revision(): Promise<number> {
    return Promise.resolve(this.#revision);
  }

  removePresence(id: string): Promise<void> {
    this.#presences.delete(id);
    return Promise.resolve();
  }

  presences(): Promise<ReadonlyMap<string, PresenceView>> {
    const now = this.clock.monotonic();
    for (const [id, { until }] of this.#presences) if (until + LAST_WORDS <= now) this.#presences.delete(id);
    return Promise.resolve(
      new Map([...this.#presences].map(([id, { text, until }]) => [id, { text, isUp: now < until }])),
    );
  }

  time(): Promise<number> {
    return Promise.resolve(this.clock.wall());
  }

  look(requests: readonly LookRequest[]): Promise<readonly LeaseRecord[]> {
    return Promise.resolve(requests.map((request) => this.leases.look(request)));
  }

  setEntries(key: string, entries: Readonly<Record<string, string | null>>): Promise<void> {
    this.leases.setEntries(key, entries);
    return Promise.resolve();
  }

  disable(key: string, ttl: number): Promise<void> {
    this.leases.disable(key, ttl);
    return Promise.resolve();
  }

  free(key: string, holder: string): Promise<boolean> {
    return Promise.resolve(this.leases.free(key, holder));
  }

  sendCommand(id: string, text: string): Promise<void> {
    this.#commands.set(id, text);
    return Promise.resolve();
  }

  commands(): Promise<ReadonlyMap<string, string>> {
    return Promise.resolve(new Map(this.#commands));
  }

  claimCommand(id: string): Promise<boolean> {
    const now = this.clock.monotonic();
    for (const [old, until] of this.#claims) {
      if (until > now) break;
      this.#claims.delete(old);
    }
    this.#commands.delete(id);
    const isFirst = !this.#claims.has(id);
    if (isFirst) this.#claims.set(id, now + COMMAND_MEMORY);
    return Promise.resolve(isFirst);
  }

  answerCommand(id: string, text: string): Promise<void> {
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
