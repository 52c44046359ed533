import { isOfFamily, nameFamily } from '../kit/index.js';

/** Stable codes of the errors of this package: branch on `error.code`, never on the message. */
export type BackgroundServicesErrorCode =
  | 'BGS_INVALID_OPTIONS'
  | 'BGS_INVALID_KEY'
  | 'BGS_HEARTBEAT_THREAD'
  | 'BGS_DUPLICATE_REGISTRATION'
  | 'BGS_UNCONFIGURED_MODULE'
  | 'BGS_DUPLICATE_WORKER'
  | 'BGS_INVALID_WORKER'
  | 'BGS_SCHEDULE_METADATA'
  | 'BGS_WORKER_NOT_FOUND'
  | 'BGS_KEY_NOT_FOUND'
  | 'BGS_REPLICA_NOT_FOUND'
  | 'BGS_WORKER_BUSY'
  | 'BGS_WORKER_NOT_RUNNING'
  | 'BGS_NOT_LEADER'
  | 'BGS_LEADERSHIP_LOST'
  | 'BGS_CIRCUIT_OPEN'
  | 'BGS_ITERATION_TIMEOUT'
  | 'BGS_WORKER_STOPPED'
  | 'BGS_NOT_REGISTERED'
  | 'BGS_ELECTED_SCHEDULE'
  | 'BGS_STORE'
  | 'BGS_MISSING_PACKAGE'
  | 'BGS_INVALID_ORDER'
  | 'BGS_AMBIGUOUS_WORKER'
  | 'BGS_INVALID_EXTENSION'
  | 'BGS_DUPLICATE_EXTENSION';

const BRAND = Symbol.for('nestjs-background-services:error');

/** Base class of every error this package throws. `instanceof` holds for errors of another copy of it, too. */
export abstract class BackgroundServicesError extends Error {
  /** Stays the same: branch on it. */
  abstract readonly code: BackgroundServicesErrorCode;

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

knownToCopies({ BackgroundServicesError });
