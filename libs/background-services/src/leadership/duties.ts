import type { Ledger, RecordReply } from '../lease/index.js';
import type { Term } from './term.js';

/** Writes one ledger entry under the term's token; a definite "not yours" ends the term before it returns. */
export type RecordEntry = (field: string, value: string, expected?: string | null) => Promise<RecordReply>;

/** Whom this replica saw holding the lease before. */
export interface Predecessor {
  readonly holder: string;
  /** When that one had renewed it, as far as this replica saw, of the store's clock, ms since the epoch. */
  readonly heardAt: number;
}

/** What is done under a lease: the elector's only way to the rooms above it. */
export interface Duties {
  /** The entries of the ledger that are read when a term begins; not given: all. */
  readonly ledgerFields?: readonly string[] | undefined;
  /** Begins work under a new term. Must not throw; an error is logged and the term goes on. */
  begin(term: Term, ledger: Ledger, record: RecordEntry, before?: Predecessor): void;
  /**
   * Called once a term's gate is closed and its signal has fired. Resolves when no work is running, or after `timeout` ms, with the names of
   * what still is.
   */
  drain(term: Term, timeout: number): Promise<readonly string[]>;
  /** The ledger entries that changed since they were last saved. */
  unsavedEntries(): Ledger;
  /** Whether work is running that a hand-over would interrupt; not given: none is. */
  readonly isBusy?: boolean | undefined;
  /** How often the lease has changed hands lately, this term included: placement moves first what has moved least; not given: nobody knows. */
  readonly recentTerms?: number | undefined;
  /** These entries have been saved. */
  markSaved(entries: Ledger): void;
}
