import { BackgroundJobsError, knownToCopies } from './background-jobs.error.js';
import { show } from './show.js';

/** No provider of this app has that job type. */
export class UnknownJobTypeError extends BackgroundJobsError {
  readonly code = 'BGJ_UNKNOWN_TYPE';

  constructor(
    readonly type: string,
    known: readonly string[],
  ) {
    super(`There is no job type ${show(type)}. There are: ${known.join(', ') || 'none'}`);
  }
}

/** What `items()` gave cannot stand in the ledger. */
export class InvalidItemError extends BackgroundJobsError {
  readonly code = 'BGJ_INVALID_ITEM';

  constructor(expected: string, received: unknown) {
    super(`Expected that ${expected}; received ${show(received)}`);
  }
}

/** `items()` gave more than a job of this type may have. */
export class TooManyItemsError extends BackgroundJobsError {
  readonly code = 'BGJ_TOO_MANY_ITEMS';
  /** The request asks for too much. */
  readonly status = 422;

  constructor(readonly limit: number) {
    super(`The job has more than ${limit} items. Ask for less, or raise maxItems of its type`);
  }
}

/** An item is larger than one of this type may be. */
export class ItemTooLargeError extends BackgroundJobsError {
  readonly code = 'BGJ_ITEM_TOO_LARGE';
  readonly status = 422;

  constructor(
    readonly item: string,
    readonly size: number,
    readonly limit: number,
  ) {
    super(
      `Item ${show(item)} has ${size} bytes, and ${limit} are allowed. Make it smaller, or raise maxItemSize of its type`,
    );
  }
}

/** A request is larger than one of this type may be. */
export class RequestTooLargeError extends BackgroundJobsError {
  readonly code = 'BGJ_REQUEST_TOO_LARGE';

  constructor(
    readonly type: string,
    readonly size: number,
    readonly limit: number,
  ) {
    super(
      `The request has ${size} bytes, and ${limit} are allowed for jobs of type "${type}". Ask for less, or raise maxRequestSize`,
    );
  }
}

/** What a client asks for is malformed. */
export class InvalidJobRequestError extends BackgroundJobsError {
  readonly code = 'BGJ_INVALID_REQUEST';

  constructor(
    readonly field: string,
    expected: string,
    received: unknown,
  ) {
    super(`${field}: expected ${expected}, received ${show(received)}`);
  }
}

/** No job has that id: it was never submitted, or its retention is over. */
export class JobNotFoundError extends BackgroundJobsError {
  readonly code = 'BGJ_JOB_NOT_FOUND';

  constructor(readonly id: string) {
    super(`There is no job ${id}`);
  }
}

/** The job is past its retention, if there was one. */
export class JobGoneError extends BackgroundJobsError {
  readonly code = 'BGJ_JOB_GONE';

  constructor(readonly id: string) {
    super(`Jobs as old as ${id} are not kept any more`);
  }
}

/** Asked for of a job that is not over yet. */
export class JobActiveError extends BackgroundJobsError {
  readonly code = 'BGJ_JOB_ACTIVE';

  constructor(readonly id: string) {
    super(`Job ${id} is not over yet: cancel it, or wait for its end`);
  }
}

/** None of the job's items failed, or it has no items. */
export class NothingToRetryError extends BackgroundJobsError {
  readonly code = 'BGJ_NOTHING_TO_RETRY';

  constructor(readonly id: string) {
    super(`No item of job ${id} failed or is left`);
  }
}

/** As many jobs of the type wait as may. */
export class QueueFullError extends BackgroundJobsError {
  readonly code = 'BGJ_QUEUE_FULL';

  constructor(
    readonly type: string,
    readonly pending: number,
  ) {
    super(`${pending} jobs of type "${type}" are waiting, as many as may; try again later`);
  }
}

/** A request with the same idempotency key is being answered. */
export class KeyInFlightError extends BackgroundJobsError {
  readonly code = 'BGJ_KEY_IN_FLIGHT';

  constructor(readonly key: string) {
    super(`A request with the idempotency key ${show(key)} is being answered; try again in a moment`);
  }
}

/** The idempotency key was used for another request. */
export class KeyReusedError extends BackgroundJobsError {
  readonly code = 'BGJ_KEY_REUSED';

  constructor(
    readonly key: string,
    readonly job: string,
  ) {
    super(`The idempotency key ${show(key)} was used for another request, which is job ${job}`);
  }
}

/** The job store does not answer, or not what it should. */
export class JobStoreError extends BackgroundJobsError {
  readonly code: 'BGJ_STORE' | 'BGJ_STORE_FULL' = 'BGJ_STORE';
}

/** The job store has no room: its disk, or its Redis, is full. */
export class JobStoreFullError extends JobStoreError {
  override readonly code = 'BGJ_STORE_FULL';
}

/** An item took longer than its time limit. */
export class ItemTimeoutError extends BackgroundJobsError {
  readonly code = 'BGJ_ITEM_TIMEOUT';

  constructor(
    readonly item: string,
    readonly limit: number,
  ) {
    super(`Item ${show(item)} took longer than ${limit} ms`);
  }
}

/** Why a job with too many failed items failed. */
export class TooManyFailuresError extends BackgroundJobsError {
  readonly code = 'BGJ_TOO_MANY_FAILURES';

  constructor(failed: number, settled: number, bound: string) {
    super(`${failed} of ${settled} items failed, which is more than ${bound}`);
  }
}

/** As many clients wait for news of jobs on this replica as may. */
export class TooManyClientsError extends BackgroundJobsError {
  readonly code = 'BGJ_TOO_MANY_CLIENTS';

  constructor(what: string, most: number) {
    super(`${most} clients ${what} on this replica, as many as may; ask again later`);
  }
}

knownToCopies({
  UnknownJobTypeError,
  InvalidItemError,
  TooManyItemsError,
  ItemTooLargeError,
  RequestTooLargeError,
  InvalidJobRequestError,
  JobNotFoundError,
  JobGoneError,
  JobActiveError,
  NothingToRetryError,
  QueueFullError,
  KeyInFlightError,
  KeyReusedError,
  JobStoreError,
  JobStoreFullError,
  ItemTimeoutError,
  TooManyFailuresError,
  TooManyClientsError,
});
