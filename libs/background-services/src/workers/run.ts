import { IterationTimeoutError, LeadershipLostError } from '../errors/index.js';
import { surround } from '../events/index.js';
import { abortController, onAbort } from '../kit/index.js';
import type { Timer } from '../lease/index.js';
import type { Permit } from './circuit-breaker.js';
import type { Duty } from './duty.js';
import { runInIteration, WorkerIteration } from './iteration.js';
import type { IterationOutcome } from './attempt.js';
import type { WorkerParts } from './worker-parts.js';

/** One iteration of a worker, from its admission to its verdict. Nothing that the user's work throws gets out of here. */
export class Run {
  /** When it was admitted, on the monotonic clock. */
  readonly since: number;
  /** Resolves when nothing of it goes on any more; never rejects. */
  finished: Promise<unknown> = NOT_BEGUN;

  constructor(
    private readonly worker: WorkerParts,
    private readonly duty: Duty,
    readonly permit: Permit,
    private readonly due: number,
  ) {
    this.since = worker.context.clock.monotonic();
  }

  /**
   * Runs the user's work once, and judges what comes of it.
   * @param startedAt wall time now
   * @param steady the same on the monotonic clock
   */
  async execute(startedAt: number, steady: number): Promise<IterationOutcome> {
    const { definition, context, statistics, reporter } = this.worker;
    const { clock, instrumentation } = context;
    const { term } = this.duty;
    const { timeLimit } = definition.options;
    statistics.started(startedAt, steady);
    const limit =
      timeLimit === undefined ? undefined : new TimeLimit(this.worker, timeLimit, this.duty.signal);
    const number = statistics.counts.iterations;
    const { name, shard } = definition;
    const abort = limit ?? this.duty;
    const iteration = new WorkerIteration(name, number, abort, reporter, term, this.due, shard);
    let thrown: { readonly error: unknown } | undefined;
    try {
      const work = () => runInIteration(iteration, definition.run);
      if (instrumentation) await surround((inner) => instrumentation.iteration(iteration, inner), work);
      else await work();
    } catch (error) {
      thrown = { error };
    }
    return this.#judge(clock.monotonic() - this.since, thrown, limit?.end());
  }

  /** What the clean-up says never masks what the work did: work that returned has succeeded, even if it was told to stop. */
  #judge(
    duration: number,
    thrown: { readonly error: unknown } | undefined,
    timeout: IterationTimeoutError | undefined,
  ): IterationOutcome {
    if (timeout) {
      if (thrown && thrown.error !== timeout) timeout.cause = thrown.error;
      return this.#failed(duration, timeout);
    }
    if (!thrown) return this.#succeeded(duration);
    const { term, ended } = this.duty;
    // A term that is over may not have been noticed yet, except by the work: `assertLeader()` reads the clock.
    return ended || !term.isLive()
      ? this.#aborted(duration, thrown.error)
      : this.#failed(duration, thrown.error);
  }

  #succeeded(duration: number): IterationOutcome {
    const { breaker, statistics, context } = this.worker;
    breaker.succeeded(this.permit);
    statistics.succeeded(context.clock.wall(), duration, this.since + duration);
    return { outcome: 'succeeded', duration };
  }

  #failed(duration: number, error: unknown): IterationOutcome {
    const { breaker, statistics, reporter, context } = this.worker;
    const { clock } = context;
    statistics.failed(clock.wall(), duration, error, clock.monotonic());
    reporter.iterationFailed(error);
    breaker.failed(this.permit);
    return { outcome: 'failed', duration, error };
  }

  #aborted(duration: number, error: unknown): IterationOutcome {
    const { breaker, statistics, reporter } = this.worker;
    statistics.aborted();
    breaker.undecided(this.permit);
    // The abort itself is no news.
    if (!isAbort(error, this.duty.ended?.reason)) reporter.failedAfterAbort(error);
    return { outcome: 'aborted', duration };
  }
}

/** A signal that aborts with another one, and also when the time limit is over. */
class TimeLimit {
  readonly #abort = abortController();
  readonly #timer: Timer;
  readonly #stopListening: () => void;
  #timeout: IterationTimeoutError | undefined;

  constructor({ definition: { name }, context: { clock } }: WorkerParts, limit: number, outer: AbortSignal) {
    this.#timer = clock.setTimeout(() => {
      if (this.signal.aborted) return;
      this.#timeout = new IterationTimeoutError(name, limit);
      this.#abort.abort(this.#timeout);
    }, limit);
    this.#stopListening = onAbort(outer, () => this.#abort.abort(outer.reason));
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Returns the error if the time was over. */
  end(): IterationTimeoutError | undefined {
    this.#timer.cancel();
    this.#stopListening();
    return this.#timeout;
  }
}

const NOT_BEGUN: Promise<unknown> = Promise.resolve();

/** Whether an error says no more than that the work was told to stop. What was thrown may throw again when it is looked at. */
function isAbort(error: unknown, reason: unknown): boolean {
  try {
    if (error === reason || error instanceof LeadershipLostError) return true;
    // Not every AbortError is an Error: DOMExceptions of other realms are not.
    return (error as { readonly name?: unknown } | null | undefined)?.name === 'AbortError';
  } catch {
    return false;
  }
}
