import type { Ledger, RecordReply } from '../lease/index.js';
import type { RecordEntry, Term } from '../leadership/index.js';

/**
 * The lease's ledger as one term sees it: what the predecessor left, what this term changed, and which changes the store does not have yet.
 */
export class TermLedger {
  readonly #stored: Map<string, string>;
  readonly #unsaved = new Map<string, string>();
  /** What is to be sent of entries that are not kept; `undefined` once it is saved. */
  readonly #reports = new Map<string, string | undefined>();

  constructor(
    readonly term: Term,
    entries: Ledger,
    private readonly record: RecordEntry,
  ) {
    this.#stored = new Map(Object.entries(entries));
  }

  get(field: string): string | undefined {
    return this.#unsaved.get(field) ?? this.#stored.get(field);
  }

  /** Changes an entry; it travels with the next renewal or the release. */
  put(field: string, value: string): void {
    if (this.#stored.get(field) === value) this.#unsaved.delete(field);
    else this.#unsaved.set(field, value);
  }

  /** Reads what the predecessor left of an entry that is reported from now on, and keeps it no longer. */
  take(field: string): string | undefined {
    const value = this.#stored.get(field);
    this.#stored.delete(field);
    this.#reports.set(field, undefined);
    return value;
  }

  /** Changes an entry that this term will not read again; it travels with the next renewal or the release, and is not kept. */
  report(field: string, value: string): void {
    this.#reports.set(field, value);
  }

  /** Changes an entry now. If the store does not answer, it travels with the next renewal. */
  async save(field: string, value: string): Promise<void> {
    this.put(field, value);
    if (!this.#unsaved.has(field)) return;
    const { outcome } = await this.record(field, value);
    if (outcome === 'recorded') this.markSaved({ [field]: value });
  }

  /** Changes an entry now, if the store still has the value that this term knows of. Not for entries that are also `put`. */
  async compareAndSet(field: string, value: string): Promise<RecordReply> {
    const reply = await this.record(field, value, this.#stored.get(field) ?? null);
    if (reply.outcome === 'recorded') this.#stored.set(field, value);
    else if (reply.outcome === 'conflict') {
      if (reply.current === null) this.#stored.delete(field);
      else this.#stored.set(field, reply.current);
    }
    return reply;
  }

  /** Takes over what somebody else wrote into the store: `null`, that the entry is not there. Not for entries that are `put`. */
  learn(field: string, value: string | null): void {
    if (value === null) this.#stored.delete(field);
    else this.#stored.set(field, value);
  }

  unsaved(): Ledger {
    // Each has names of its own: an object that shares its shape with others would leave a new shape behind for every name.
    const entries = Object.create(null) as Record<string, string>;
    for (const [field, value] of this.#unsaved) entries[field] = value;
    for (const [field, value] of this.#reports) if (value !== undefined) entries[field] = value;
    return entries;
  }

  markSaved(entries: Ledger): void {
    for (const [field, value] of Object.entries(entries)) {
      if (this.#reports.has(field)) {
        if (this.#reports.get(field) === value) this.#reports.set(field, undefined);
        continue;
      }
      this.#stored.set(field, value);
      if (this.#unsaved.get(field) === value) this.#unsaved.delete(field);
    }
  }
}
