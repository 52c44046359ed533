import type { Attempt, AttemptSteps } from '../attempt.js';
import type { WorkerParts } from '../worker-parts.js';

/** Drives one worker during one term. */
export interface Schedule {
  start(): void;
  /** No tick comes after this. Does not touch a running iteration. */
  stop(): void;
  /** When the next iteration is due, on this machine's wall clock. */
  readonly nextRunAt: Date | undefined;
  /** The same of the store's clock, ms since the epoch, where the schedule goes by that. */
  readonly nextSlot?: number | undefined;
  /** Puts what it has to say to the next leader into the ledger, when the ledger is about to be sent anyway. */
  contribute(): void;
}

/** A worker as its schedule sees it. */
export interface ScheduledWorker extends WorkerParts {
  /** Tries to run an iteration that was due at this time. The promise never rejects. */
  attempt(due: number, steps?: AttemptSteps): Attempt;
  /** Resolves when no iteration is running. */
  drained(): Promise<void>;
}
