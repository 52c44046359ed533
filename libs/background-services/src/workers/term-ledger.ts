import type { Ledger, RecordReply } from '../lease/index.js';
import type { RecordEntry, Term } from '../leadership/index.js';

/**
 * The lease's ledger as one term sees it: what the predecessor left, what this term changed, and which changes the store does not have yet.
 */
export class TermLedger {
  readonly #stored: Map<string, string>;
  /** There are thousands of ledgers: whatever is empty is none. */
  #unsaved: Map<string, string> | undefined;
  /** Entries that were read under another name, and are not in the store under their own yet. Rare, so made when there is one. */
  #adopted: Map<string, string> | undefined;
  /** What was sent last of an entry and is not confirmed: the store may have it, or get it yet. */
  #underWay: Map<string, string> | undefined;
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
    return this.#unsaved?.get(field) ?? this.#stored.get(field);
  }

  /** The names of all entries that are kept. */
  fields(): readonly string[] {
    return [...new Set([...this.#stored.keys(), ...(this.#unsaved?.keys() ?? [])])];
  }

  /** Reads an entry under another name from now on. Its first `compareAndSet` moves it there. */
  adopt(from: string, to: string): void {
    const value = this.#stored.get(from);
    if (!value) return;
    this.#stored.set(to, value);
    (this.#adopted ??= new Map()).set(to, from);
  }

  /** Changes an entry; it travels with the next renewal or the release. */
  put(field: string, value: string): void {
    if (this.#stored.get(field) === value && !this.#underWay?.has(field)) this.#unsaved?.delete(field);
    else (this.#unsaved ??= new Map()).set(field, value);
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
    if (!this.#unsaved?.has(field)) return;
    this.#send(field, value);
    const { outcome } = await this.record(field, value);
    if (outcome === 'recorded') this.markSaved({ [field]: value });
  }

  /** Changes an entry now, if the store still has the value that this term knows of. Not for entries that are also `put`. */
  async compareAndSet(field: string, value: string): Promise<RecordReply> {
    const former = this.#adopted?.get(field);
    const known = former === undefined ? this.#stored.get(field) : undefined;
    const reply = await this.record(field, value, known ?? null);
    if (former !== undefined && (reply.outcome === 'recorded' || reply.outcome === 'conflict')) {
      this.#adopted?.delete(field);
      this.put(former, '');
    }
    if (reply.outcome === 'recorded') this.#stored.set(field, value);
    else if (reply.outcome === 'conflict') {
      if (reply.current === null) this.#stored.delete(field);
      else this.#stored.set(field, reply.current);
    }
    return reply;
  }

  /** Takes over what somebody else wrote into the store: `null`, that the entry is not there. Not for entries that are `put`. */
  overwrite(field: string, value: string | null): void {
    if (value === null) this.#stored.delete(field);
    else this.#stored.set(field, value);
  }

  /** The changes that the store does not have, which the caller is about to send. */
  unsaved(): Ledger {
    // Each has names of its own: an object that shares its shape with others would leave a new shape behind for every name.
    const entries = Object.create(null) as Record<string, string>;
    for (const [field, value] of this.#unsaved ?? []) {
      entries[field] = value;
      this.#send(field, value);
    }
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
      if (this.#underWay?.get(field) === value) this.#underWay.delete(field);
      if (this.#unsaved?.get(field) === value) this.#unsaved.delete(field);
    }
    if (this.#unsaved?.size === 0) this.#unsaved = undefined;
    if (this.#underWay?.size === 0) this.#underWay = undefined;
  }

  #send(field: string, value: string): void {
    (this.#underWay ??= new Map()).set(field, value);
  }
}
