import { problemLines } from 'nestjs-background-http-kit';
import type { OptionProblem } from 'nestjs-background-services';
import { BackgroundJobsError, knownToCopies } from './background-jobs.error.js';

/** Options are wrong: thrown at boot, with every wrong field at once. */
export class InvalidJobsOptionsError extends BackgroundJobsError {
  readonly code = 'BGJ_INVALID_OPTIONS';

  /** @param place whose options, e.g. `BackgroundJobsModule` */
  constructor(
    place: string,
    readonly problems: readonly OptionProblem[],
  ) {
    super([`${place}: wrong options`, ...problemLines(problems)].join('\n'));
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

/** `BackgroundJobsModule.forRoot()` was called twice for one app: each would take on every job. */
export class DuplicateJobsModuleError extends BackgroundJobsError {
  readonly code = 'BGJ_DUPLICATE_REGISTRATION';

  constructor(readonly places: readonly string[]) {
    super(
      `BackgroundJobsModule is registered ${places.length} times in this app:\n` +
        places.map((place) => `  - ${place}\n`).join('') +
        'Keep one forRoot()/forRootAsync(), in the root module; its providers are global.',
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

/** Another process keeps its jobs in the file. */
export class JobFileInUseError extends BackgroundJobsError {
  readonly code = 'BGJ_FILE_IN_USE';

  constructor(
    readonly file: string,
    readonly holder: number,
    lock: string,
  ) {
    super(
      `${file} is in use by process ${holder} (${lock}): jobs in a file are of one process. Stop it, name another file, or use redis for several replicas`,
    );
  }
}

knownToCopies({
  InvalidJobsOptionsError,
  InvalidJobError,
  DuplicateJobError,
  DuplicateJobsModuleError,
  MissingJobsPackageError,
  JobFileInUseError,
});
