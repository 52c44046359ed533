import type { Problem } from 'nestjs-background-http-kit';
import type { JobBody } from '../http/bodies.js';

/** Every error of the client, with a code that stays the same. */
export abstract class JobsClientError extends Error {
  abstract readonly code: string;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** The server answered with an error. `code` is the problem's, e.g. `BGJ_QUEUE_FULL`. */
export class JobsProblemError extends JobsClientError {
  readonly code: string;

  constructor(
    readonly status: number,
    readonly problem: Partial<Problem>,
    /** Milliseconds that the server asks to wait. */
    readonly retryAfter: number | undefined,
  ) {
    super(`${status}: ${problem.detail ?? problem.title ?? 'no reason given'}`);
    this.code = problem.code ?? `HTTP_${status}`;
  }
}

/** The server could not be reached, for as often as it was tried. */
export class JobsUnreachableError extends JobsClientError {
  readonly code = 'UNREACHABLE';
}

/** The job failed, or was cancelled. */
export class JobNotCompletedError extends JobsClientError {
  readonly code: 'JOB_FAILED' | 'JOB_CANCELLED';

  constructor(readonly job: JobBody) {
    super(
      `Job ${job.id} ${job.status === 'failed' ? `failed: ${job.error?.detail ?? ''}` : 'was cancelled'}`,
    );
    this.code = job.status === 'failed' ? 'JOB_FAILED' : 'JOB_CANCELLED';
  }
}

/** The job was not over in the time that was given. It goes on. */
export class JobTimeoutError extends JobsClientError {
  readonly code = 'JOB_TIMEOUT';

  constructor(
    readonly job: string,
    readonly timeout: number,
  ) {
    super(`Job ${job} was not over within ${timeout} ms; it goes on`);
  }
}
