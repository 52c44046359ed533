import type { Item, Job, JobCounts, JobState } from 'nestjs-background-jobs';

/** A job, without its request: that may hold what is no operator's business. Times are ISO 8601. */
export interface JobSummary {
  readonly id: string;
  readonly type: string;
  readonly state: JobState;
  readonly counts: JobCounts;
  /** 0 to 100. */
  readonly percentage: number;
  readonly createdAt: string;
  readonly finishedAt: string | null;
  readonly cancelRequested: boolean;
  /** Why it failed. */
  readonly error: string | null;
}

/** Of `GET api/jobs`, newest first. */
export interface JobsSummary {
  readonly jobs: readonly JobSummary[];
}

/** Of `GET api/jobs/:id/failed`. */
export interface FailedItems {
  readonly items: readonly { readonly key: string; readonly error: string }[];
  /** There are more. */
  readonly more: boolean;
}

export function toSummary(job: Job): JobSummary {
  const { id, type, state, counts, percentage, createdAt, finishedAt, cancelRequestedAt, error } = job;
  return {
    ...{ id, type, state, counts, percentage },
    createdAt: new Date(createdAt).toISOString(),
    finishedAt: finishedAt === null ? null : new Date(finishedAt).toISOString(),
    cancelRequested: cancelRequestedAt !== null,
    error: error === null ? null : textOf(error),
  };
}

export function toFailed(items: readonly Item[], more: boolean): FailedItems {
  return { items: items.map(({ key, error }) => ({ key, error: error ? textOf(error) : '' })), more };
}

function textOf({ title, detail }: NonNullable<Item['error']>): string {
  return detail ? `${title}: ${detail}` : title;
}
