import type { Ledger, LeaseView } from '../lease-store.js';
import type { BoardMembers } from './board-members.js';
import type { BoardPages } from './board-pages.js';

/** A lease to look at, and the entries of its ledger that are wanted. */
export interface LookRequest {
  readonly key: string;
  readonly fields: readonly string[];
}

/** A lease with the entries that were asked for; a value longer than {@link LONGEST_ENTRY} is cut. */
export interface LeaseRecord extends LeaseView {
  /** `undefined`: the ledger cannot be read, so what it says is unknown. */
  readonly ledger: Ledger | undefined;
}

/** What a replica tells the others of itself. The text is the caller's own, opaque to the board, as all texts are. */
export interface Presence {
  /** The replica's instance id. */
  readonly id: string;
  readonly text: string;
  /** How long the replica counts as there unless it tells again, ms. */
  readonly ttl: number;
}

/** A presence as others read it. */
export interface PresenceView {
  /** `undefined`: it is longer than {@link LONGEST_PRESENCE}, or too much was read already. */
  readonly text: string | undefined;
  /** `false`: the replica did not tell again in time, and did not take leave: it was killed, or cut off. */
  readonly isUp: boolean;
}

/** What is read from the board is bounded: others can write to the store, too. A longer presence is not read, bytes. */
export const LONGEST_PRESENCE = 4 * 2 ** 20;
/** Of all presences together, bytes. */
export const LONGEST_PRESENCES = 128 * 2 ** 20;
/** More presences than this are not read. */
export const MOST_PRESENCES = 1_000;
/** A longer value of a ledger entry is cut, bytes. */
export const LONGEST_ENTRY = 2 ** 15;
/** A longer command, answer or note is not read, bytes. */
export const LONGEST_TEXT = 2 ** 14;
/** How many commands are read at a time; those that are taken make room for others. */
export const MOST_COMMANDS = 1_000;

/**
 * How long the presence of a replica that went without taking leave can still be read, so that what a killed fleet did is missed by those who
 * look, ms.
 */
export const LAST_WORDS = 600_000;

/** A note in the list of what was done, which is bounded. */
export type AuditNote = string;

/** How long it is remembered that a command was taken, and what became of it, ms: sent again under its id, it is not carried out again. */
export const COMMAND_MEMORY = 3_600_000;

/** How many notes are kept. */
export const KEPT_NOTES = 200;

/** What stands in the place of a holder on a lease that an operator took out of service. */
export const DISABLED_HOLDER = 'DISABLED';

/**
 * The board beside the leases: who is there, what operators ask for, what was done. No lease depends on it: what is lost here costs a look
 * at the fleet, never leadership.
 *
 * Every change has a new revision, which replicas read with their presences; a published hint makes them look sooner.
 */
export interface FleetBoard {
  /** The store's own time, ms since the epoch: the one clock that all replicas and operators share. */
  time(): Promise<number>;
  /** Tells of a replica's presence. Returns the revision. */
  putPresence(presence: Presence): Promise<number>;
  /** Which change was the last one. */
  revision(): Promise<number>;
  /** A replica leaves. */
  removePresence(id: string): Promise<void>;
  /** All presences by instance id: of those that are there, and for {@link LAST_WORDS} of those that went without taking leave. */
  presences(): Promise<ReadonlyMap<string, PresenceView>>;
  /**
   * Reads leases with entries of their ledgers, without touching them. One answer a request, in order. Ask for hundreds at a time, not for
   * thousands: an answer is read in one piece.
   */
  look(requests: readonly LookRequest[]): Promise<readonly LeaseRecord[]>;
  /** Changes ledger entries as an operator, whoever holds the lease; `null` removes one, or leaves an empty one. */
  setEntries(key: string, entries: Readonly<Record<string, string | null>>): Promise<void>;
  /** Keeps everybody off a lease for a time, ms. */
  disable(key: string, ttl: number): Promise<void>;
  /** Frees a lease if `holder` has it, and tells standbys. Returns whether it had. */
  free(key: string, holder: string): Promise<boolean>;
  /** Leaves a command for whoever it concerns. */
  sendCommand(id: string, text: string): Promise<void>;
  commands(): Promise<ReadonlyMap<string, string>>;
  /** Takes a command; only one taker gets it within an hour, sent again or not. */
  claimCommand(id: string): Promise<boolean>;
  /** Tells what became of a command; the answer stays readable for an hour. */
  answerCommand(id: string, text: string): Promise<void>;
  answerTo(id: string): Promise<string | undefined>;
  /** Says that something changed: raises the revision, adds the note, wakes the other replicas. */
  announce(note?: AuditNote): Promise<void>;
  /** The last notes, newest first. */
  notes(limit: number): Promise<readonly AuditNote[]>;
  /** Calls back when somebody announces a change or answers. A hint only: messages may be lost. Returns the way to stop. */
  watch(listener: () => void): () => void;
  /** Where a replica leaves what is too large for its presence. Without it, a presence lists all workers and grows with them. */
  readonly pages?: BoardPages | undefined;
  /** Who is there, for placement. Without it, keys stay with whoever got them first. */
  readonly members?: BoardMembers | undefined;
}
