import type { RevocationReason } from '../errors/index.js';
import type { CircuitState, RecordedError, WorkerCounts } from '../workers/index.js';

/** The whole fleet, as read from the store at one time. */
export interface FleetView {
  /** When it was read, of the store's clock; of this replica's, if the store has not answered yet. All times in here are of that clock. */
  readonly asOf: Date;
  /** `false`: the store does not answer, and this is what was known when it last did. */
  readonly current: boolean;
  /**
   * `self`: the store has not answered yet, and this is what the replica that was asked knows of itself. Workers of keys that it
   * does not lead are missing, and counts, times and circuit breakers are not known, though they read as if nothing had happened.
   */
  readonly extent: 'fleet' | 'self';
  /** With `self`: when the store was first asked, of this replica's clock. */
  readonly unansweredSince?: Date;
  /** Why it is not current. */
  readonly problem?: string;
  /** The replica that was asked. */
  readonly askedOf: string;
  readonly replicas: readonly FleetReplica[];
  readonly keys: readonly FleetKey[];
  readonly workers: readonly FleetWorker[];
  /** What needs a look, worst first. */
  readonly warnings: readonly FleetWarning[];
}

/** One process of the fleet, as it described itself last. */
export interface FleetReplica {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  readonly version: string | null;
  readonly node: string;
  /** Milliseconds, when it last told of its presence. */
  readonly uptime: number;
  /** The event loop's longest lag between the last two times that it told of its presence, ms. */
  readonly eventLoopLag: number;
  /** Whether it campaigns at all. */
  readonly enabled: boolean;
  /** How it takes part in placement; `null`: it does not say. */
  readonly placement: ReplicaPlacement | null;
  /** What extensions of the app say of themselves there, by name, e.g. `jobs`. */
  readonly extensions: Readonly<Record<string, unknown>>;
  /** What it has to say and is too large to be posted, e.g. `extensions.jobs`. */
  readonly cut?: readonly string[];
  /** The keys it leads. */
  readonly leads: readonly string[];
}

/** How a replica takes part in placement. */
export interface ReplicaPlacement {
  /** Whether it takes nothing new, and hands over what it leads. */
  readonly cordoned: boolean;
  /** Its share of the balanced keys, compared with that of the others. */
  readonly capacity: number;
  /** Keys that it is handing over to even out the fleet. */
  readonly moving: number;
}

/** `led`, or nobody leads: an operator took it out of service, nobody holds the lease, or its holder is not there (any more). */
export type FleetKeyState = 'led' | 'disabled' | 'leaderless' | 'stale';

/** A lease, and the workers under it. */
export interface FleetKey {
  readonly key: string;
  readonly state: FleetKeyState;
  /** Instance id of the holder; `null`: nobody, or disabled. */
  readonly leader: string | null;
  readonly token: number | null;
  /** Milliseconds left of the lease, or of the time it is disabled for; `null`: none, or for ever. */
  readonly ttl: number | null;
  /** Begin of the leader's term. */
  readonly since: Date | null;
  readonly disabled: FleetFlag | null;
  /** The replicas that had it and went without taking leave (killed, or cut off), if none that is there has it. */
  readonly lostWith: readonly string[];
  /** The last terms, newest first. */
  readonly terms: readonly FleetTerm[];
  /** Terms that began in the last five minutes. */
  readonly recentTerms: number;
}

/** One unbroken period in which a replica led a key. */
export interface FleetTerm {
  readonly leader: string;
  readonly token: number;
  readonly from: Date;
  /** `null`: it goes on, or nobody could say when it ended. */
  readonly to: Date | null;
  /** `null`: it goes on, or the leader was killed. */
  readonly reason: RevocationReason | null;
  /** Of a leader that was killed, the last that is known of it: an iteration, or that it renewed its lease; `null`: it told its end, or leads. */
  readonly lastSignAt: Date | null;
}

/** A flag that an operator set, which pauses a worker or takes a key out of service: by whom, when and why. */
export interface FleetFlag {
  readonly by: string;
  readonly why: string;
  readonly at: Date;
}

/** `running`: a replica leads it and lets it run. `absent`: its key is led by a replica that has no such worker, so nobody runs it. */
export type FleetWorkerState = 'running' | 'paused' | 'stopped' | 'disabled' | 'leaderless' | 'absent';

/** Counts are of all terms, as of the leader's last renewal. */
export interface FleetWorker extends WorkerCounts {
  readonly name: string;
  readonly key: string;
  readonly schedule: string;
  /** Milliseconds between two runs, where there is such a thing. */
  readonly period: number | null;
  readonly state: FleetWorkerState;
  /** By whom and why it was paused for the whole fleet. */
  readonly paused: FleetFlag | null;
  readonly leader: string | null;
  /** Errors / (successes + errors), 0 to 1. */
  readonly errorRate: number;
  readonly lastStartAt: Date | null;
  readonly lastSuccessAt: Date | null;
  readonly lastErrorAt: Date | null;
  readonly nextRunAt: Date | null;
  /** Milliseconds, of the leader's process. */
  readonly duration: { readonly last: number; readonly mean: number; readonly max: number };
  readonly circuitBreaker: { readonly state: CircuitState; readonly retryAt: Date | null };
  readonly recentErrors: readonly (Omit<RecordedError, 'at'> & { readonly at: Date })[];
}

/** The kinds of warnings, worst first. */
export const WARNING_KINDS = [
  'leaderless',
  'stale-lease',
  /** The lease store refuses a replica, or does not answer it: it can lead nothing, or not every key. */
  'store-fault',
  /** Replicas of one key announce different workers: two apps share the key, or one of them is older. Only the leader's workers run. */
  'other-workers',
  /** Which flags operators set on a key is unknown: its ledger cannot be read. */
  'unreadable',
  'circuit-open',
  /** The lease store of a replica works, and not as it should: e.g. it may evict leases. */
  'store-warning',
  'flapping',
  /** Replicas announce different schedules for one worker: with each hand-over it runs by another one. */
  'other-schedules',
  'disabled',
  'paused',
] as const;

/** What an operator should look at. */
export interface FleetWarning {
  readonly kind: (typeof WARNING_KINDS)[number];
  /** Not given: it is about a replica's store. */
  readonly key?: string;
  readonly worker?: string;
  /** Whose store it is about: instance ids. */
  readonly replicas?: readonly string[];
  /** For how long the first of them has known of it, ms, as of its last presence. */
  readonly age?: number;
  readonly message: string;
}
