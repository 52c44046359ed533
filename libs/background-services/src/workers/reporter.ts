import { Logger } from '@nestjs/common';
import { describeError } from '../errors/index.js';
import type { CircuitState } from '../events/index.js';
import type { Term } from '../leadership/index.js';
import { LibraryLog, type LineLogger, type LogFields, plainText } from '../logs/index.js';
import type { CircuitBreakerHooks, TransitionCause } from './circuit-breaker.js';
import type { IterationOutcome } from './attempt.js';
import type { Statistics } from './statistics.js';
import type { WorkerContext } from './worker-context.js';
import type { WorkerDefinition } from './worker-definition.js';

/**
 * Tells of one worker: what happens is counted, logged and emitted here, and nowhere else. Ticks and iterations are frequent: nothing is
 * made for an event that nobody hears.
 */
export class Reporter implements CircuitBreakerHooks {
  /** The term that the worker has a part in: log lines name its token. */
  term: Term | undefined;
  #logger: Logger | undefined;

  constructor(
    private readonly definition: WorkerDefinition,
    private readonly context: WorkerContext,
    private readonly statistics: Statistics,
  ) {}

  /** The user's work's. Made when it is asked for: a standby with thousands of workers needs none. */
  get logger(): Logger {
    return (this.#logger ??= new Logger(plainText(this.definition.name)));
  }

  /** The worker's own. */
  get log(): LineLogger {
    return new LibraryLog(this.logger, this.context.logs, this.#identity);
  }

  modeChanged(type: 'started' | 'stopped' | 'paused' | 'resumed'): void {
    this.context.events?.emit({ type, ...this.#identity });
  }

  /** An order to the whole fleet has begun or ceased to keep it from running. */
  pauseFlagChanged(isHeld: boolean): void {
    this.log.log(isHeld ? 'Paused for the whole fleet' : 'Resumed for the whole fleet');
    this.modeChanged(isHeld ? 'paused' : 'resumed');
  }

  /** Ticks found an iteration running, or the worker paused. */
  skipped(ticks: number): void {
    this.statistics.skipped(ticks);
    const { events } = this.context;
    if (events?.hears('ticks-skipped'))
      events.emit({ type: 'ticks-skipped', ...this.#identity, count: ticks });
  }

  /** Slots were given up, and others run late. */
  missed(slots: number, late = 0): void {
    this.statistics.missed(slots);
    const { misfire: policy = 'fire-once' } = this.definition.options;
    this.context.events?.emit({ type: 'misfire', ...this.#identity, missed: slots, late, policy });
  }

  /** The circuit breaker kept an iteration back, and has counted it. */
  keptBack(): void {
    const { events } = this.context;
    if (events?.hears('circuit-breaker-skipped'))
      events.emit({ type: 'circuit-breaker-skipped', ...this.#identity });
  }

  iterationFailed(error: unknown): void {
    this.failed(`Iteration ${this.statistics.counts.iterations} failed`, error);
  }

  /** What the work threw on its way out, when it was told to stop, must not vanish. */
  failedAfterAbort(error: unknown): void {
    const { message } = describeError(error);
    this.log.warn(
      `Iteration ${this.statistics.counts.iterations} was aborted and failed: ${message}`,
      this.#place,
    );
  }

  /** @param lag how long after it was due the iteration began, ms */
  iterationEnded({ fencingToken: token }: Term, due: number, lag: number, outcome: IterationOutcome): void {
    const { events } = this.context;
    if (!events || outcome.outcome === 'not-started') return;
    const number = this.statistics.counts.iterations;
    const { outcome: result, duration } = outcome;
    if (result === 'failed' && events.hears('iteration-failed')) {
      const { type, message } = describeError(outcome.error);
      const error = { type, message };
      events.emit({ type: 'iteration-failed', ...this.#identity, token, number, duration, error });
    }
    if (!events.hears('iteration-finished')) return;
    const scheduledAt = new Date(due);
    const startedAt = new Date(this.statistics.lastStart);
    events.emit({
      ...{ type: 'iteration-finished', ...this.#identity, token, number },
      ...{ result, duration, scheduledAt, startedAt, lag },
    });
  }

  onTransition(
    from: CircuitState,
    to: CircuitState,
    cause: TransitionCause,
    retryAt: Date | undefined,
  ): void {
    const { log } = this;
    const until = retryAt?.toISOString();
    const fields = { ...this.#place, circuit: to, retryAt: until };
    if (to === 'open')
      log.error(`Circuit breaker OPEN${until ? ` until ${until}` : ''} (was ${from})`, fields);
    else if (to === 'closed' && from !== 'disabled')
      log.log(
        `Circuit breaker closed: ${cause === 'operator' ? 'reset' : 'recovered'} (was ${from})`,
        fields,
      );
    else log.warn(`Circuit breaker ${to} (was ${from})`, fields);
    this.context.events?.emit({ type: 'circuit-breaker', ...this.#identity, from, to, retryAt });
  }

  onListenerError(error: unknown): void {
    this.failed('A circuit breaker listener failed', error);
  }

  failed(what: string, error: unknown): void {
    const { type, message, details } = describeError(error);
    this.log.error(`${what}: ${message}`, { ...this.#place, error: type }, details);
  }

  /** Whom events and log lines speak of. */
  get #identity(): { readonly worker: string; readonly key: string } {
    const { name: worker, key } = this.definition;
    return { worker, key };
  }

  /** The term and the iteration that a line is about. */
  get #place(): LogFields {
    return { token: this.term?.fencingToken, number: this.statistics.counts.iterations || undefined };
  }
}
