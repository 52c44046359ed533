import type { RevocationReason } from '../errors/index.js';
import type { CircuitState, RecordedError } from '../workers/index.js';

/** The whole fleet, as read from the store at one time. */
export interface FleetView {
  /** When it was read, of this replica's clock. */
  readonly asOf: Date;
  /** `false`: the store does not answer, and this is what was known when it last did. */
  readonly current: boolean;
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

export interface FleetReplica {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  readonly version: string | null;
  readonly node: string;
  /** Milliseconds, at its last posting. */
  readonly uptime: number;
  /** The event loop's longest lag between its last two postings, ms. */
  readonly eventLoopLag: number;
  /** Whether it campaigns at all. */
  readonly enabled: boolean;
  /** What extensions of the app say of themselves there, by name, e.g. `jobs`. */
  readonly extensions: Readonly<Record<string, unknown>>;
  /** The keys it leads. */
  readonly leads: readonly string[];
}

/** `led`, or nobody leads: an operator took it out of service, nobody holds the lease, or its holder is not there (any more). */
export type FleetKeyState = 'led' | 'disabled' | 'leaderless' | 'stale';

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
  readonly disabled: FleetOrder | null;
  /** The replicas that had it and went without taking leave (killed, or cut off), if none that is there has it. */
  readonly lostWith: readonly string[];
  /** The last terms, newest first. */
  readonly terms: readonly FleetTerm[];
  /** Terms that began in the last five minutes. */
  readonly recentTerms: number;
}

export interface FleetTerm {
  readonly leader: string;
  readonly token: number;
  readonly from: Date;
  /** `null`: it goes on, or nobody could say when it ended. */
  readonly to: Date | null;
  /** `null`: it goes on, or the leader was killed. */
  readonly reason: RevocationReason | null;
}

/** Who ordered something, when and why. */
export interface FleetOrder {
  readonly by: string;
  readonly why: string;
  readonly at: Date;
}

/** `running`: a replica leads it and lets it run. */
export type FleetWorkerState = 'running' | 'paused' | 'stopped' | 'disabled' | 'leaderless';

export interface FleetWorker {
  readonly name: string;
  readonly key: string;
  readonly schedule: string;
  /** Milliseconds between two runs, where there is such a thing. */
  readonly period: number | null;
  readonly state: FleetWorkerState;
  /** By whom and why it was paused for the whole fleet. */
  readonly paused: FleetOrder | null;
  readonly leader: string | null;
  /** Counts in all terms, as of the leader's last renewal. */
  readonly iterations: number;
  readonly errors: number;
  readonly aborted: number;
  readonly skipped: number;
  readonly missed: number;
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

export interface FleetWarning {
  readonly kind: 'stale-lease' | 'leaderless' | 'flapping' | 'circuit-open' | 'disabled' | 'paused';
  readonly key: string;
  readonly worker?: string;
  readonly message: string;
}
