import { BackgroundServicesError, knownToCopies } from './background-services.error.js';
import { describeError } from './describe-error.js';
import { type OptionProblem, problemLines } from './option-problem.js';
import { show } from './show.js';

/** The options of `forRoot`/`forRootAsync` are wrong: thrown at boot, with every wrong field at once. */
export class InvalidOptionsError extends BackgroundServicesError {
  readonly code = 'BGS_INVALID_OPTIONS';

  constructor(readonly problems: readonly OptionProblem[]) {
    const title = `BackgroundServicesModule: ${problems.length} wrong option${problems.length === 1 ? '' : 's'}`;
    super([title, ...problemLines(problems)].join('\n'));
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

/** `heartbeat: 'thread'` was asked for, and the thread's code is not where the library's is: a bundler left it behind. Or the store's is not. */
export class HeartbeatThreadError extends BackgroundServicesError {
  readonly code = 'BGS_HEARTBEAT_THREAD';

  constructor(cause: unknown, missing: 'thread' | 'store' = 'thread') {
    super(
      missing === 'store'
        ? `heartbeat: 'thread' needs the store in a thread of its own, and it cannot be loaded there: ${describeError(cause).message}. ` +
            "Correct the field thread of the store's factory, keep the store's package out of the bundle, or use heartbeat: 'in-process'"
        : `heartbeat: 'thread' needs the file keeper-thread.js beside the library's code, and it cannot be started: ${describeError(cause).message}. ` +
            'esbuild leaves it behind: make dist/esm/keeper-thread.js of nestjs-background-services a second entry, written beside the bundle under ' +
            "that name, or keep the package out of the bundle (--external:nestjs-background-services), or use heartbeat: 'in-process'",
      { cause },
    );
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

/** The class `BackgroundServicesModule` itself is imported: it has neither options nor a lease store. */
export class UnconfiguredModuleError extends BackgroundServicesError {
  readonly code = 'BGS_UNCONFIGURED_MODULE';

  constructor() {
    super(
      'BackgroundServicesModule is imported as a bare class. Import BackgroundServicesModule.forRoot({ redis: … }) or .forRootAsync(…), ' +
        'once, in the root module; its providers are global, so other modules need not import it.',
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

/** An extension has no name that could stand in the health body, or a method of a name that it had before. */
export class InvalidExtensionError extends BackgroundServicesError {
  readonly code = 'BGS_INVALID_EXTENSION';

  constructor(
    readonly received: unknown,
    expected = 'An extension is named with lower-case letters, digits and dashes, 64 at most, beginning with a letter',
  ) {
    super(`${expected}; received ${show(received)}`);
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

knownToCopies({
  InvalidOptionsError,
  InvalidKeyError,
  HeartbeatThreadError,
  DuplicateRegistrationError,
  UnconfiguredModuleError,
  DuplicateWorkerError,
  InvalidWorkerError,
  ScheduleMetadataError,
  MissingPackageError,
  InvalidExtensionError,
  DuplicateExtensionError,
});
