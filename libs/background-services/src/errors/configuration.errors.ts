import { BackgroundServicesError } from './background-services.error.js';
import { cut, show } from './show.js';

/** One wrong field of the options. */
export interface OptionProblem {
  /** Path of the field, e.g. `lease.ttl`. */
  readonly field: string;
  readonly expected: string;
  readonly received: unknown;
}

/** A message tells of this many wrong fields; `problems` has all of them. */
const MOST_TOLD = 30;
/** A field that nobody knows may have a name of any length. */
const FIELD_LENGTH = 80;

/** The options of `forRoot`/`forRootAsync` are wrong: thrown at boot, with every wrong field at once. */
export class InvalidOptionsError extends BackgroundServicesError {
  readonly code = 'BGS_INVALID_OPTIONS';

  constructor(readonly problems: readonly OptionProblem[]) {
    super(
      `BackgroundServicesModule: ${problems.length} wrong option${problems.length === 1 ? '' : 's'}\n` +
        problems
          .slice(0, MOST_TOLD)
          .map(
            ({ field, expected, received }) =>
              `  - ${cut(field, FIELD_LENGTH)}: expected ${expected}, received ${show(received)}`,
          )
          .join('\n') +
        (problems.length > MOST_TOLD ? `\n  … and ${problems.length - MOST_TOLD} more` : ''),
    );
  }
}

/** A lease key that Redis or an operator could not work with. */
export class InvalidKeyError extends BackgroundServicesError {
  readonly code = 'BGS_INVALID_KEY';

  constructor(
    readonly key: unknown,
    expected: string,
  ) {
    super(`Lease key: expected ${expected}, received ${show(key)}`);
  }
}

/** `BackgroundServicesModule.forRoot()` was called twice for one app: everything would run twice. */
export class DuplicateRegistrationError extends BackgroundServicesError {
  readonly code = 'BGS_DUPLICATE_REGISTRATION';

  constructor(readonly places: readonly string[]) {
    super(
      `BackgroundServicesModule is registered ${places.length} times in this app:\n` +
        places.map((place) => `  - ${place}`).join('\n') +
        '\nKeep one forRoot()/forRootAsync(), in the root module; its providers are global.',
    );
  }
}

/** Two workers have one name; statistics, cadence and health are kept by name, so it must be unique in the app. */
export class DuplicateWorkerError extends BackgroundServicesError {
  readonly code = 'BGS_DUPLICATE_WORKER';

  constructor(
    readonly worker: string,
    places: readonly [string, string],
  ) {
    const [first, second] = places;
    super(
      first === second
        ? `Worker "${worker}" is there twice, both from ${first}. If its class is a provider of two modules, provide it in one, ` +
            'export it there, and import that module in the other; else give one of them another name.'
        : `Two workers are named "${worker}": ${first} and ${second}. ` +
            `Give one of them another name, e.g. @Interval('other-name', 1000) or @Cron('…', { name: 'other-name' }).`,
    );
  }
}

/** A worker that cannot run as it is declared. The message names class, method and cure. */
export class InvalidWorkerError extends BackgroundServicesError {
  readonly code = 'BGS_INVALID_WORKER';

  constructor(place: string, problem: string, cure: string, options?: ErrorOptions) {
    super(`${place}: ${problem}. ${cure}`, options);
  }
}

/** The installed @nestjs/schedule does not mark methods the way this package takes them over. */
export class ScheduleMetadataError extends BackgroundServicesError {
  readonly code = 'BGS_SCHEDULE_METADATA';

  constructor(decorator: string, expected: string, received: string) {
    super(
      `@nestjs/schedule marks @${decorator} methods in an unknown way: expected ${expected}, received ${received}. ` +
        'Install a supported version (^6 or ^12), or report this combination of versions.',
    );
  }
}

/** The options ask for something that an optional package does, and it is not installed. */
export class MissingPackageError extends BackgroundServicesError {
  readonly code = 'BGS_MISSING_PACKAGE';

  constructor(
    readonly packageName: string,
    version: string,
    purpose: string,
    options?: ErrorOptions,
  ) {
    super(
      `The package "${packageName}" is needed for ${purpose}, and it cannot be loaded. Run: npm install ${packageName}@${version}`,
      options,
    );
  }
}

/** An extension has no name that could stand in the health body. */
export class InvalidExtensionError extends BackgroundServicesError {
  readonly code = 'BGS_INVALID_EXTENSION';

  constructor(readonly received: unknown) {
    super(
      `An extension is named with lower-case letters, digits and dashes, 64 at most, beginning with a letter; received ${show(received)}`,
    );
  }
}

/** Two extensions of one app have the same name. */
export class DuplicateExtensionError extends BackgroundServicesError {
  readonly code = 'BGS_DUPLICATE_EXTENSION';

  constructor(readonly extension: string) {
    super(
      `An extension named "${extension}" was added before. Is its module imported twice, or in two copies of its package?`,
    );
  }
}
