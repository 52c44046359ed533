import type { RevocationReason } from '../errors/index.js';
import type { LeaseOperation } from './instrumentation.js';

/** State of a circuit breaker. `forced-open` and `disabled` are an operator's, and last until a reset. */
export type CircuitState = 'closed' | 'open' | 'half-open' | 'forced-open' | 'disabled';

/** What becomes of cron slots that passed while nobody led: one late run for all, none, or one late run each. */
export type MisfirePolicy = 'fire-once' | 'skip' | 'fire-all';

/** Who an event speaks of. */
interface OfWorker {
  readonly worker: string;
  /** Key of the lease it runs under. */
  readonly key: string;
}

interface OfTerm {
  readonly key: string;
  /** The term's fencing token. */
  readonly token: number;
}

interface OfIteration extends OfWorker, OfTerm {
  /** Counts the iterations of this worker on this replica, from 1. */
  readonly number: number;
  /** Milliseconds. */
  readonly duration: number;
}

/** What each type of event tells, on top of when and where it happened. Durations are in milliseconds. */
export interface BackgroundEventMap {
  /** This replica leads, and its workers have begun. Once a term. */
  readonly elected: OfTerm & {
    /** Tries that it took, this one included. */
    readonly attempts: number;
    /** How long it had been standing by. */
    readonly waited: number;
  };
  /** The term is over: no iteration starts any more, running work has been told. Once a term. */
  readonly revoked: OfTerm & { readonly reason: RevocationReason };
  /** An iteration ended, however it did. */
  readonly 'iteration-finished': OfIteration & {
    readonly result: 'succeeded' | 'failed' | 'aborted';
    /** When it was due; of a cron worker, its slot. */
    readonly scheduledAt: Date;
    /** Of this machine's clock, as slots of cron workers are of the store's: `lag` compares the two by one clock. */
    readonly startedAt: Date;
    /** How late it began, ms; 0 or more. */
    readonly lag: number;
  };
  /** An iteration failed, told before its `iteration-finished`. */
  readonly 'iteration-failed': OfIteration & {
    /** The message is cut to 2,000 characters. */
    readonly error: { readonly type: string; readonly message: string };
  };
  /** Ticks found an iteration running, or the worker paused. */
  readonly 'ticks-skipped': OfWorker & { readonly count: number };
  /** A circuit breaker changed its state. */
  readonly 'circuit-breaker': OfWorker & {
    readonly from: CircuitState;
    readonly to: CircuitState;
    /** When it lets the next probe through; undefined unless `to` is `open`. */
    readonly retryAt: Date | undefined;
  };
  /** A circuit breaker kept an iteration back. */
  readonly 'circuit-breaker-skipped': OfWorker;
  /** Cron slots passed without a run in time: `late` ones run now, `missed` ones are given up. */
  readonly misfire: OfWorker & {
    readonly missed: number;
    readonly late: number;
    readonly policy: MisfirePolicy;
  };
  /** The worker lets its ticks pass on this replica. */
  readonly paused: OfWorker;
  /** The worker goes on after a pause. */
  readonly resumed: OfWorker;
  /** The worker was stopped on this replica by a call, not by the end of a term. */
  readonly stopped: OfWorker;
  /** The worker was started again on this replica. */
  readonly started: OfWorker;
  /** A command to the lease store failed or was not answered in time; whether it ran is unknown. */
  readonly 'lease-error': {
    readonly operation: LeaseOperation;
    /** The keys that the command was about. */
    readonly keys: readonly string[];
    /** Cut to 2,000 characters. */
    readonly message: string;
  };
  /** An operator steered the fleet. */
  readonly control: {
    /** What was asked for, e.g. `pause`. */
    readonly action: string;
    /** The worker or key it was asked of. */
    readonly target: string;
    /** Who asked. */
    readonly by: string;
    /** The reason given. */
    readonly why: string | undefined;
    /** What became of it. */
    readonly outcome: string;
  };
}
