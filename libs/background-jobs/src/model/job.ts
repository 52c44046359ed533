import type { Problem } from 'nestjs-background-http-kit';

/** `pending`: waits for a replica. The last three are final. */
export type JobState = 'pending' | 'running' | 'completed' | 'failed' | 'cancelled';

export const JOB_STATES: readonly JobState[] = ['pending', 'running', 'completed', 'failed', 'cancelled'];

/** A job that has one of these states keeps it. */
export type FinalState = Exclude<JobState, 'pending' | 'running'>;

export function isFinal(state: JobState): state is FinalState {
  return state !== 'pending' && state !== 'running';
}

/** Items by what became of them. What is left of `total` is pending. */
export interface JobCounts {
  /** `null`: the items have not been listed yet. */
  readonly total: number | null;
  /** Processed, "no data" included. */
  readonly completed: number;
  readonly failed: number;
  /** Already there before. */
  readonly skipped: number;
}

/** 0 to 100, whole; 100 only if all is settled. */
export function percentageOf({ total, completed, failed, skipped }: JobCounts): number {
  if (total === null) return 0;
  return total === 0 ? 100 : Math.min(100, Math.floor((100 * (completed + failed + skipped)) / total));
}

/** A job as the store holds it. Times are milliseconds since the epoch. */
export interface Job {
  /** UUID version 7: its first 48 bits are `createdAt`. */
  readonly id: string;
  readonly type: string;
  readonly state: JobState;
  /** JSON. */
  readonly request: unknown;
  readonly counts: JobCounts;
  /** 0 to 100, whole; 100 only of a job whose items are all settled. */
  readonly percentage: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Of its first run. */
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  /** Why it is `failed`. */
  readonly error: Problem | null;
  /** When somebody asked for its end; it may still be running for a moment. */
  readonly cancelRequestedAt: number | null;
  /** Rises with every change of the job, from 1: the ETag, and the id of events. */
  readonly revision: number;
  /** Rises whenever a replica takes it up; writes of an older run are refused. 0: never taken up. */
  readonly run: number;
  /**
   * Names of what the store holds of it that cannot be read, because somebody else wrote it. They have a value that says nothing (`0`, `null`, an
   * empty text; the state is `failed`). A replica that takes such a job up fails it. `undefined`: all of it can be read.
   */
  readonly unreadable?: readonly string[];
}

/** `pending`: listed, but not settled yet. */
export type ItemStatus = 'pending' | ItemOutcome['status'];

export const ITEM_STATUSES: readonly ItemStatus[] = ['pending', 'done', 'skipped', 'failed'];

/** What became of an item. */
export type ItemOutcome =
  | {
      readonly status: 'done';
      /** There was no data for it, which is an answer, no error. */
      readonly noData?: boolean;
    }
  | { readonly status: 'skipped' }
  | { readonly status: 'failed'; readonly error: Problem };

/** An item of the ledger. */
export interface Item {
  /** 1 to 512 characters, unique within its job. */
  readonly key: string;
  readonly status: ItemStatus;
  readonly noData?: boolean;
  /** Of a failed one. The code `BGJ_UNREADABLE`: the store holds something else than an outcome. */
  readonly error?: Problem;
  /** Since the epoch, ms. `null`: pending, or unreadable. */
  readonly settledAt: number | null;
}

/** An item to be listed. */
export interface ListedItem {
  readonly key: string;
  /** JSON of what `items()` gave; `undefined`: it is the key itself. */
  readonly payload: string | undefined;
}

/** Which of the counts an outcome adds to. */
export const COUNTED = { done: 'completed', failed: 'failed', skipped: 'skipped' } as const;
