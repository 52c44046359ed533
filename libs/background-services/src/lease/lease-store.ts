import type { FleetBoard } from './board/fleet-board.js';

/**
 * The port to the place where leases live.
 *
 * A lease is a key with a time to live, whose value is the instance id of its holder. Beside it live its fencing token, which only ever
 * rises, and its ledger: small entries (last start, cron slot, breaker snapshot) that the holder keeps for its successor.
 *
 * The rules every adapter keeps:
 * - `acquire` is atomic and idempotent for the own holder: a lost reply never blocks its sender. It always makes a new token.
 * - `renew` never creates a key; `renew`, `record` and `release` act only for the holder *and* token they name.
 * - A definite answer is a reply; anything else (error, time-out) is `unknown`: it may or may not have happened.
 * - Requests of one call are independent: each has its own holder, TTL and outcome.
 */
export interface LeaseStore {
  /** What to call it in logs and health, e.g. `redis`. */
  readonly name: string;
  /** Whether other processes see the same leases. */
  readonly shared: boolean;
  /** Where the replicas leave word for each other; none: there is no view of the fleet, and no control of it. */
  readonly board?: FleetBoard;
  /** Tries to get leases; one reply per request, in order. */
  acquire(requests: readonly AcquireRequest[]): Promise<readonly AcquireReply[]>;
  /** Prolongs leases and saves their ledger changes; one reply per request, in order. */
  renew(requests: readonly RenewRequest[]): Promise<readonly RenewReply[]>;
  /** Gives a lease up, saves its ledger changes and wakes those who watch. */
  release(request: ReleaseRequest): Promise<ReleaseReply>;
  /** Writes one ledger entry under the fencing token, compare-and-set if `expected` is given. */
  record(request: RecordRequest): Promise<RecordReply>;
  /** Reads leases without touching them. */
  inspect(keys: readonly string[]): Promise<readonly LeaseView[]>;
  /** Calls back when a lease is released by anybody; returns the way to stop. A hint only: messages may be lost. */
  watch(listener: ReleaseListener): () => void;
  /** Ends connections that the store opened itself. */
  close(): Promise<void>;
}

/** Entries by name. The values are the workers' own, opaque to the store. */
export type Ledger = Readonly<Record<string, string>>;

export interface LeaseRef {
  readonly key: string;
  /** Instance id, unique per boot. */
  readonly holder: string;
}

export interface AcquireRequest extends LeaseRef {
  /** Milliseconds. */
  readonly ttl: number;
  /** The highest token this replica has seen for the key; the new one is larger even if the store lost its own. */
  readonly tokenFloor: number;
}

export interface HeldLease extends LeaseRef {
  readonly token: number;
}

export interface RenewRequest extends HeldLease {
  readonly ttl: number;
  /** Entries to save with the renewal. */
  readonly ledger: Ledger;
}

export interface ReleaseRequest extends HeldLease {
  readonly ledger: Ledger;
}

export interface RecordRequest extends HeldLease {
  readonly field: string;
  readonly value: string;
  /** Write only if the entry has this value now; `null`: only if there is none. Not given: write anyway. */
  readonly expected?: string | null;
}

export interface Unknown {
  readonly outcome: 'unknown';
  readonly error: Error;
}

/** The lease is not the caller's any more: `holder` has it, or nobody (`null`). */
export interface Lost {
  readonly outcome: 'lost';
  readonly holder: string | null;
}

export type AcquireReply =
  | {
      readonly outcome: 'acquired';
      readonly token: number;
      readonly ledger: Ledger;
      /** The store's own time when it granted the lease, ms since the epoch. */
      readonly storeTime: number;
    }
  | {
      readonly outcome: 'held';
      readonly holder: string;
      /** Milliseconds left; `null`: it never expires by itself. */
      readonly ttl: number | null;
    }
  | Unknown;

export type RenewReply = { readonly outcome: 'renewed'; readonly storeTime: number } | Lost | Unknown;

export type ReleaseReply = { readonly outcome: 'released' } | Lost | Unknown;

export type RecordReply =
  | { readonly outcome: 'recorded' }
  | { readonly outcome: 'conflict'; readonly current: string | null }
  | Lost
  | Unknown;

export interface LeaseView {
  readonly key: string;
  readonly holder: string | null;
  /** Milliseconds left; `null` if there is no lease or it never expires. */
  readonly ttl: number | null;
  readonly token: number | null;
}

export type ReleaseListener = (release: LeaseRef) => void;
