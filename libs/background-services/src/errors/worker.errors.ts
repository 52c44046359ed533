import { BackgroundServicesError, knownToCopies } from './background-services.error.js';
import { show } from './show.js';

/** No worker of that name in this app. */
export class WorkerNotFoundError extends BackgroundServicesError {
  readonly code = 'BGS_WORKER_NOT_FOUND';

  constructor(
    readonly worker: string,
    known: readonly string[],
  ) {
    super(`No worker is named "${worker}". Known: ${known.length > 0 ? known.join(', ') : 'none'}.`);
  }
}

/** No worker of this app runs under that lease key. */
export class KeyNotFoundError extends BackgroundServicesError {
  readonly code = 'BGS_KEY_NOT_FOUND';

  constructor(
    readonly key: string,
    known: readonly string[],
  ) {
    super(
      `No worker runs under the lease key "${key}". Known: ${known.length > 0 ? known.join(', ') : 'none'}.`,
    );
  }
}

/** No replica of that instance id is there. */
export class ReplicaNotFoundError extends BackgroundServicesError {
  readonly code = 'BGS_REPLICA_NOT_FOUND';

  constructor(
    readonly replica: string,
    known: readonly string[],
  ) {
    super(
      `No replica "${replica}" is there. Known: ${known.length > 0 ? known.join(', ') : 'none'}. Give the whole instance id.`,
    );
  }
}

/** An iteration is running, and iterations of one worker never overlap. */
export class WorkerBusyError extends BackgroundServicesError {
  readonly code = 'BGS_WORKER_BUSY';

  constructor(readonly worker: string) {
    super(`Worker "${worker}" is running an iteration; wait for it to end and call again.`);
  }
}

/** The worker is stopped or paused on this replica. */
export class WorkerNotRunningError extends BackgroundServicesError {
  readonly code = 'BGS_WORKER_NOT_RUNNING';

  constructor(
    readonly worker: string,
    readonly state: string,
  ) {
    super(`Worker "${worker}" is ${state} on this replica; call start() or resume() first.`);
  }
}

/** The worker's circuit breaker lets no iteration through. */
export class CircuitOpenError extends BackgroundServicesError {
  readonly code = 'BGS_CIRCUIT_OPEN';

  constructor(
    readonly worker: string,
    readonly retryAt: Date | undefined,
  ) {
    super(
      `The circuit breaker of "${worker}" is open${retryAt ? ` until ${retryAt.toISOString()}` : ''}; ` +
        'wait, or call resetCircuitBreaker().',
    );
  }
}

/** The iteration ran past the worker's `timeLimit`. Counts as a failure. */
export class IterationTimeoutError extends BackgroundServicesError {
  readonly code = 'BGS_ITERATION_TIMEOUT';

  constructor(
    readonly worker: string,
    readonly timeLimit: number,
  ) {
    super(`An iteration of "${worker}" ran longer than its time limit of ${timeLimit} ms`);
  }
}

/** `stop()` was called for the worker: the reason its signal aborts with. */
export class WorkerStoppedError extends BackgroundServicesError {
  readonly code = 'BGS_WORKER_STOPPED';

  constructor(readonly worker: string) {
    super(`Worker "${worker}" was stopped on this replica`);
  }
}

/** A method of `BackgroundService` was called before the app had booted, or without the module. */
export class NotRegisteredError extends BackgroundServicesError {
  readonly code = 'BGS_NOT_REGISTERED';

  constructor(readonly service: string) {
    super(
      `Service "${service}" is not registered: make it a provider, import BackgroundServicesModule.forRoot(), ` +
        'and call it after the app has initialised.',
    );
  }
}

/** What an operator asks for is not complete, or out of bounds. The code keeps its older name, because clients of the control API test for it. */
export class InvalidCommandError extends BackgroundServicesError {
  readonly code = 'BGS_INVALID_ORDER';

  constructor(
    readonly field: string,
    expected: string,
    received: unknown,
  ) {
    super(`${field}: expected ${expected}, received ${show(received)}`);
  }
}

/** Apps that share a lease store have workers of the same name. */
export class AmbiguousWorkerError extends BackgroundServicesError {
  readonly code = 'BGS_AMBIGUOUS_WORKER';

  constructor(
    readonly worker: string,
    readonly keys: readonly string[],
  ) {
    super(`There is a worker "${worker}" under each of ${keys.map(show).join(', ')}: say under which key`);
  }
}

/** `SchedulerRegistry` was asked for something that an elected worker does not have, or must not be changed in. */
export class ElectedScheduleError extends BackgroundServicesError {
  readonly code = 'BGS_ELECTED_SCHEDULE';

  constructor(
    readonly worker: string,
    problem: string,
    cure: string,
  ) {
    super(`${show(worker)} is an elected worker, and ${problem}. ${cure}.`);
  }
}

knownToCopies({
  WorkerNotFoundError,
  KeyNotFoundError,
  ReplicaNotFoundError,
  WorkerBusyError,
  WorkerNotRunningError,
  CircuitOpenError,
  IterationTimeoutError,
  WorkerStoppedError,
  NotRegisteredError,
  InvalidCommandError,
  AmbiguousWorkerError,
  ElectedScheduleError,
});
