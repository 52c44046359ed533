import type { Logger } from '@nestjs/common';

/** What `process` and `exists` may know of the job they work for. */
export interface JobContext<Request = unknown> {
  readonly id: string;
  readonly type: string;
  readonly request: Request;
  /** Key of the item. */
  readonly item: string;
  /** From 1, within this run. */
  readonly attempt: number;
  /** Aborts when the job is cancelled, the replica drains, the job was lost to another replica, or the item's time is over. */
  readonly signal: AbortSignal;
  /** Rises whenever a replica takes the job up: a resource that remembers the highest one it saw can refuse an older run. */
  readonly run: number;
  readonly logger: Logger;
}

/** What a provider with `@BackgroundJob(type)` has. */
export interface JobHandler<Request = unknown, Work = unknown> {
  /** The sub-requests of a request, in the order they are worked off. Listed once per job. */
  items(
    request: Request,
  ): Iterable<Work> | AsyncIterable<Work> | Promise<Iterable<Work> | AsyncIterable<Work>>;
  /** Works off one. What it returns counts as done, `noData` as done without data; what it throws is retried, then recorded as failed. */
  process(item: Work, job: JobContext<Request>): Promise<unknown>;
  /** Whether the result is there already; then the item is skipped, unless the request was submitted with `forceRefresh`. */
  exists?(item: Work, job: JobContext<Request>): Promise<boolean>;
  /** Name of an item in the ledger. @default of a string or number itself, of an object its `key` or `id`, else its JSON */
  itemKey?(item: Work): string;
}

/** Returned by `process` for an item that has no data: an answer, no error. */
export const noData = Symbol.for('nestjs-background-jobs:no-data');
