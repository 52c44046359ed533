import { isOfFamily, nameFamily } from 'nestjs-background-http-kit';

/** Stable codes of the errors of this package: branch on `error.code`, never on the message. */
export type BackgroundJobsErrorCode =
  | 'BGJ_INVALID_OPTIONS'
  | 'BGJ_INVALID_JOB'
  | 'BGJ_DUPLICATE_JOB'
  | 'BGJ_DUPLICATE_REGISTRATION'
  | 'BGJ_MISSING_PACKAGE'
  | 'BGJ_UNKNOWN_TYPE'
  | 'BGJ_INVALID_ITEM'
  | 'BGJ_TOO_MANY_ITEMS'
  | 'BGJ_ITEM_TOO_LARGE'
  | 'BGJ_INVALID_REQUEST'
  | 'BGJ_REQUEST_TOO_LARGE'
  | 'BGJ_JOB_NOT_FOUND'
  | 'BGJ_JOB_GONE'
  | 'BGJ_JOB_ACTIVE'
  | 'BGJ_NOTHING_TO_RETRY'
  | 'BGJ_QUEUE_FULL'
  | 'BGJ_KEY_IN_FLIGHT'
  | 'BGJ_KEY_REUSED'
  | 'BGJ_STORE'
  | 'BGJ_UNREADABLE'
  | 'BGJ_STORE_FULL'
  | 'BGJ_FILE_IN_USE'
  | 'BGJ_ITEM_TIMEOUT'
  | 'BGJ_TOO_MANY_CLIENTS'
  | 'BGJ_TOO_MANY_FAILURES';

const BRAND = Symbol.for('nestjs-background-jobs:error');

/** Base class of every error this package throws. `instanceof` holds for errors of another copy of it, too. */
export abstract class BackgroundJobsError extends Error {
  abstract readonly code: BackgroundJobsErrorCode;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return isOfFamily(this, BRAND, value);
  }
}

/** Makes `instanceof` hold for errors of another copy of this package. Every error class of it is named here, by a literal. */
export function knownToCopies(classes: Parameters<typeof nameFamily>[1]): void {
  nameFamily(BRAND, classes);
}

knownToCopies({ BackgroundJobsError });
