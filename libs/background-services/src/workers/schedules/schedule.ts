import type { Clock, Random } from '../../lease/index.js';
import type { LeaseTiming } from '../../leadership/index.js';
import type { LineLogger } from '../../logs/index.js';
import type { TermLedger } from '../term-ledger.js';

/** Drives one worker during one term. */
export interface Schedule {
  start(): void;
  /** No tick comes after this. Does not touch a running iteration. */
  stop(): void;
  /** When the next iteration is due, on the wall clock. */
  readonly nextRunAt: Date | undefined;
  /** Puts what it has to say to the next leader into the ledger, when the ledger is about to be sent anyway. */
  contribute(): void;
}

/** Why a worker does not run an iteration now. */
export type Refusal = 'not-leading' | 'busy' | 'paused' | 'stopped' | 'circuit-open';

export type IterationOutcome =
  | { readonly outcome: 'succeeded'; readonly duration: number }
  | { readonly outcome: 'failed'; readonly duration: number; readonly error: unknown }
  /** The term, the worker or the app ended first. */
  | { readonly outcome: 'aborted'; readonly duration: number }
  /** Admitted, but its preparation said no or the term ended before it began. */
  | { readonly outcome: 'not-started' };

export type Attempt = { readonly refused: Refusal } | { readonly finished: Promise<IterationOutcome> };

/** What a schedule does around an iteration; both belong to it, so a drain waits for them. */
export interface AttemptSteps {
  /** Runs once the iteration is admitted and before it begins; answering false gives it up. */
  prepare?(): Promise<boolean>;
  /** Runs when it has ended, or was given up. */
  conclude?(outcome: IterationOutcome): Promise<void>;
}

/** What a schedule sees of its worker. */
export interface ScheduleHost {
  readonly name: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly timing: LeaseTiming;
  readonly logger: LineLogger;
  readonly bootedAt: number;
  /** Of the term that the schedule was made for. */
  readonly ledger: TermLedger;
  /** Tries to run an iteration that was due at this wall time. The promise never rejects. */
  attempt(due: number, steps?: AttemptSteps): Attempt;
  /** Resolves when no iteration is running. */
  drained(): Promise<void>;
  skipped(ticks: number): void;
  /** Slots were given up, and others run late. */
  missed(slots: number, late?: number): void;
  /** When an open circuit breaker lets a probe through, on the monotonic clock. */
  readonly circuitRetryAt: number | undefined;
}
