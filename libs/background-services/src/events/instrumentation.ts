import type { RevocationReason } from '../errors/index.js';

/** Commands to the lease store. */
export type LeaseOperation = 'acquire' | 'renew' | 'release' | 'record';

/** One run of a worker, as a trace names it. */
export interface TracedIteration {
  readonly worker: string;
  readonly key: string;
  readonly fencingToken: number;
  readonly number: number;
  readonly scheduledAt: Date;
  readonly signal: AbortSignal;
}

/** The end of a term, from its revocation until its lease is released, or left to expire. */
export interface TracedHandOver {
  readonly key: string;
  readonly token: number;
  readonly reason: RevocationReason;
}

/**
 * What is put around the library's work, e.g. spans of a trace. Each member calls what it is given exactly once and at once, and returns its
 * promise's outcome unchanged; where there is no instrumentation, nothing is put around anything.
 */
export interface Instrumentation {
  iteration<T>(iteration: TracedIteration, work: () => Promise<T>): Promise<T>;
  /** The result says whether all work had ended in time, so that the lease could be released. */
  handOver(handOver: TracedHandOver, work: () => Promise<boolean>): Promise<boolean>;
  leaseOperation<T>(
    operation: LeaseOperation,
    keys: readonly string[],
    command: () => Promise<T>,
  ): Promise<T>;
}

/** Puts something around work that runs once and keeps its own outcome, whatever is put around it throws. */
export function surround<T>(around: (work: () => Promise<T>) => Promise<T>, work: () => unknown): Promise<T> {
  let outcome: Promise<T> | undefined;
  const run = () => (outcome ??= (async () => (await work()) as T)());
  try {
    around(run).catch(() => undefined);
  } catch {
    // What is around the work is not worth the work.
  }
  return run();
}
