/** Why a worker does not run an iteration now. */
export type Refusal = 'not-leading' | 'busy' | 'paused' | 'stopped' | 'circuit-open';

/** How an iteration ended. Durations are in milliseconds. */
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
  /** Whether the time at which the iteration was due is of the store's clock. @default of this machine's wall clock */
  readonly isStoreTime?: boolean;
  /** Runs once the iteration is admitted and before it begins; answering false gives it up. */
  prepare?(): Promise<boolean>;
  /** Runs when it has ended, or was given up. */
  conclude?(outcome: IterationOutcome): Promise<void>;
}
