import { inspect } from 'node:util';
import type { OptionProblem } from 'nestjs-background-services';
import { BackgroundJobsError } from './background-jobs.error.js';

/** Shows what was received, on one line and not too long. */
export function show(value: unknown): string {
  return inspect(value, { depth: 0, breakLength: Infinity }).slice(0, 80);
}

/** Options are wrong: thrown at boot, with every wrong field at once. */
export class InvalidJobsOptionsError extends BackgroundJobsError {
  readonly code = 'BGJ_INVALID_OPTIONS';

  /** @param place whose options, e.g. `BackgroundJobsModule` */
  constructor(
    place: string,
    readonly problems: readonly OptionProblem[],
  ) {
    const lines = problems.map(
      ({ field, expected, received }) => `  - ${field}: expected ${expected}, received ${show(received)}`,
    );
    super([`${place}: wrong options`, ...lines].join('\n'));
  }
}

/** A class with `@BackgroundJob` that cannot work. */
export class InvalidJobError extends BackgroundJobsError {
  readonly code = 'BGJ_INVALID_JOB';

  constructor(place: string, problem: string) {
    super(`${place}: ${problem}`);
  }
}

/** Two providers have the same job type. */
export class DuplicateJobError extends BackgroundJobsError {
  readonly code = 'BGJ_DUPLICATE_JOB';

  constructor(
    readonly type: string,
    places: readonly [string, string],
  ) {
    super(
      `The job type "${type}" is declared twice: by ${places.join(' and by ')}. Give each a name of its own.`,
    );
  }
}

/** The options ask for something that an optional package does, and it is not installed. */
export class MissingJobsPackageError extends BackgroundJobsError {
  readonly code = 'BGJ_MISSING_PACKAGE';

  constructor(
    readonly packageName: string,
    version: string,
    options?: ErrorOptions,
  ) {
    super(
      `The package "${packageName}" is needed for jobs on Redis, and it cannot be loaded. Run: npm install ${packageName}@${version}`,
      options,
    );
  }
}
