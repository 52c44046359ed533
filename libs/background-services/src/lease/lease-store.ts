import type { StoreWarning } from './store-warning.js';

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
  /**
   * Whether the store keeps shards: keys like `accounts#5/64`, the shard with index 5 of the 64 of `accounts`. Each is a lease like any other, with its
   * own holder, token and ledger, and more rules hold:
   * - All shards of a key that one holder has are renewed together, at the cost of one lease.
   * - Who holds the key itself (`accounts`) keeps everybody out of all its shards.
   * - While any shard of a key is held, nobody gets the key itself, or a shard of another count.
   */
  readonly shards?: true;
  /** What works, and not as it should, as far as the store knows without asking anybody. */
  readonly warnings?: readonly StoreWarning[];
  /** Tries to get leases; one reply per request, in order. */
  acquire(requests: readonly AcquireRequest[]): Promise<readonly AcquireReply[]>;
  /** Prolongs leases and saves their ledger changes; one reply per request, in order. */
  renew(requests: readonly RenewRequest[]): Promise<readonly RenewReply[]>;
  /** Gives a lease up, or over to an heir, saves its ledger changes and wakes those who watch. */
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

/** Every member of the port, the optional ones too: what stands before a store must not swallow what the store can do or says. */
export type WholeLeaseStore = { readonly [Member in keyof Required<LeaseStore>]: LeaseStore[Member] };

/** Entries by name. The values are the workers' own, opaque to the store. */
export type Ledger = Readonly<Record<string, string>>;

/** A lease, and who has it or asks for it. */
export interface LeaseRef {
  readonly key: string;
  /** Instance id, unique per boot. */
  readonly holder: string;
}

/** A try to get a lease. */
export interface AcquireRequest extends LeaseRef {
  /** Milliseconds. */
  readonly ttl: number;
  /** The highest token this replica has seen for the key; the new one is larger even if the store lost its own. */
  readonly tokenFloor: number;
  /** The entries of the ledger that the caller reads; of a shard, a store may leave out all others. Not given: all. */
  readonly fields?: readonly string[];
}

/** A lease that is held: holder *and* token have to be right. */
export interface HeldLease extends LeaseRef {
  readonly token: number;
}

/** A lease to hold for another `ttl`. */
export interface RenewRequest extends HeldLease {
  readonly ttl: number;
  /** Entries to save with the renewal. */
  readonly ledger: Ledger;
}

/** Who is to have a lease next. */
export interface Heir {
  /** Instance id. */
  readonly holder: string;
  /** How long the lease is kept for it, ms. */
  readonly ttl: number;
}

/** A lease to give up. */
export interface ReleaseRequest extends HeldLease {
  readonly ledger: Ledger;
  /**
   * For whom the lease is kept: instead of being free, it is held by the heir for a moment. The heir gets it when it asks; nobody renews it before. A store
   * may leave it out: then the lease is free, and whoever asks first gets it. Who releases a lease is not its heir.
   */
  readonly heir?: Heir | undefined;
}

/** An entry to write into the ledger of a lease. */
export interface RecordRequest extends HeldLease {
  readonly field: string;
  readonly value: string;
  /** Write only if the entry has this value now; `null`: only if there is none. Not given: write anyway. */
  readonly expected?: string | null;
}

/** The store did not answer, or with nothing that is a reply: it may have happened, or not. */
export interface Unknown {
  readonly outcome: 'unknown';
  readonly error: Error;
}

/** The lease is not the caller's any more: `holder` has it, or nobody (`null`). */
export interface Lost {
  readonly outcome: 'lost';
  readonly holder: string | null;
}

/** The lease is the caller's, or another has it (`held`; also one that is disabled), or nobody knows. */
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

/** The lease was prolonged, or is lost, or nobody knows. */
export type RenewReply = { readonly outcome: 'renewed'; readonly storeTime: number } | Lost | Unknown;

/** The lease was given up, or was lost before, or nobody knows. */
export type ReleaseReply = { readonly outcome: 'released' } | Lost | Unknown;

/** The entry was written, or is not what was expected (`conflict`), or the lease is lost, or nobody knows. */
export type RecordReply =
  | { readonly outcome: 'recorded' }
  | { readonly outcome: 'conflict'; readonly current: string | null }
  | Lost
  | Unknown;

/** A lease as anybody reads it. */
export interface LeaseView {
  readonly key: string;
  readonly holder: string | null;
  /** Milliseconds left; `null` if there is no lease or it never expires. */
  readonly ttl: number | null;
  readonly token: number | null;
}

/** A lease that was released, and by whom. */
export interface Release extends LeaseRef {
  /** For whom it is kept; others who ask now do so in vain. Not given: it is free, or the store does not say. */
  readonly heir?: string | undefined;
}

/** Told of a release. */
export type ReleaseListener = (release: Release) => void;
