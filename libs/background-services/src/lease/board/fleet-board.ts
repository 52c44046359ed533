import type { Ledger, LeaseView } from '../lease-store.js';

/** A lease with the ledger beside it. */
export interface LeaseRecord extends LeaseView {
  readonly ledger: Ledger;
}

/** What replicas and operators leave for each other: all texts are the caller's own, opaque to the board. */
export interface Posting {
  /** The replica's instance id. */
  readonly id: string;
  readonly text: string;
  /** How long the posting stays up unless it is put up again, ms. */
  readonly ttl: number;
}

/** A posting as others read it. */
export interface PostingView {
  readonly text: string;
  /** `false`: the replica did not put it up again in time, nor take it down: it was killed, or cut off. */
  readonly isUp: boolean;
}

/** How long a posting that was not taken down can still be read, so that what a killed fleet did is missed by those who look, ms. */
export const LAST_WORDS = 600_000;

/** A note in the list of what was done, which is bounded. */
export type AuditNote = string;

/** How long it is remembered that an order was taken, and what became of it, ms: asked for again under its id, it is not done again. */
export const ORDER_MEMORY = 3_600_000;

/** How many notes are kept. */
export const KEPT_NOTES = 200;

/** What stands in the place of a holder on a lease that an operator took out of service. */
export const DISABLED_HOLDER = 'DISABLED';

/**
 * The board beside the leases: who is there, what operators ordered, what was done. No lease depends on it: what is lost here costs a look
 * at the fleet, never leadership.
 *
 * Every change to orders has a new revision, which replicas read with their postings; a published hint makes them look sooner.
 */
export interface FleetBoard {
  /** Puts up a replica's posting. Returns the revision of the orders. */
  post(posting: Posting): Promise<number>;
  /** The revision of the orders. */
  revision(): Promise<number>;
  /** Takes a replica's posting down. */
  withdraw(id: string): Promise<void>;
  /** All postings by instance id: those that are up, and for {@link LAST_WORDS} those that were not taken down. */
  postings(): Promise<ReadonlyMap<string, PostingView>>;
  /** Reads leases with their ledgers, without touching them. */
  look(keys: readonly string[]): Promise<readonly LeaseRecord[]>;
  /** Changes ledger entries as an operator, whoever holds the lease; `null` removes one, or leaves an empty one. */
  amend(key: string, entries: Readonly<Record<string, string | null>>): Promise<void>;
  /** Keeps everybody off a lease for a time, ms. */
  disable(key: string, ttl: number): Promise<void>;
  /** Frees a lease if `holder` has it, and tells standbys. Returns whether it had. */
  free(key: string, holder: string): Promise<boolean>;
  /** Puts up an order for whoever it concerns. */
  order(id: string, text: string): Promise<void>;
  orders(): Promise<ReadonlyMap<string, string>>;
  /** Takes an order; only one taker gets it within an hour, put up again or not. */
  claim(id: string): Promise<boolean>;
  /** Tells what became of an order; the answer stays readable for an hour. */
  answer(id: string, text: string): Promise<void>;
  answerTo(id: string): Promise<string | undefined>;
  /** Says that something changed: raises the revision, adds the note, wakes the other replicas. */
  announce(note?: AuditNote): Promise<void>;
  /** The last notes, newest first. */
  notes(limit: number): Promise<readonly AuditNote[]>;
  /** Calls back when somebody announces a change or answers. A hint only: messages may be lost. Returns the way to stop. */
  watch(listener: () => void): () => void;
}
