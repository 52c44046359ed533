import { Logger } from '@nestjs/common';
import {
  describeError,
  IterationTimeoutError,
  LeadershipLostError,
  WorkerStoppedError,
} from '../errors/index.js';
import { type EventSink, type Instrumentation, surround } from '../events/index.js';
import type { Clock, Random } from '../lease/index.js';
import type { LeaseTiming, Term } from '../leadership/index.js';
import { LibraryLog, type LineLogger, type LogFields, type LogSettings, plainText } from '../logs/index.js';
import {
  CIRCUIT_BREAKER_DEFAULTS,
  CircuitBreaker,
  type CircuitBreakerOptions,
  type CircuitState,
  type CircuitView,
  type Permit,
} from './circuit-breaker.js';
import { decodeCircuitSnapshot } from './circuit-snapshot.js';
import { runInIteration, WorkerIteration } from './iteration.js';
import { createSchedule } from './schedules/create-schedule.js';
import { CronSlots } from './schedules/cron-slots.js';
import type { Attempt, AttemptSteps, IterationOutcome, Schedule } from './schedules/schedule.js';
import { Statistics, type WorkerMetrics } from './statistics.js';
import type { TermLedger } from './term-ledger.js';
import type { WorkerDefinition } from './worker-definition.js';
import {
  decodeWorkerRecord,
  encodeWorkerRecord,
  holdField,
  recordField,
  TermRecord,
} from './worker-record.js';
import { WorkerScheduleHost } from './worker-schedule-host.js';

export interface WorkerContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly timing: LeaseTiming;
  readonly circuitBreaker: CircuitBreakerOptions | false;
  /** What is put around iterations; nothing by default. */
  readonly instrumentation?: Instrumentation | undefined;
  /** How log lines are written. @default as texts */
  readonly logs?: LogSettings | undefined;
  /** Told of what workers do; nobody by default. */
  readonly events?: EventSink | undefined;
  /** Wall time of the app's boot. */
  readonly bootedAt: number;
}

/** What this replica wants of the worker; only a started one runs. */
export type WorkerMode = 'started' | 'paused' | 'stopped';

/** One worker's part in one term. */
interface Duty {
  readonly term: Term;
  readonly ledger: TermLedger;
  readonly schedule: Schedule;
  readonly history: TermRecord;
  /** Of what state the ledger tells. */
  readonly recorded: { version: number; nextRunAt: number };
  /** Aborts with the term, or earlier if the worker is stopped. */
  readonly abort: AbortController;
}

interface Running {
  readonly since: number;
  finished: Promise<unknown>;
}

/**
 * One worker of this replica, across all its terms: the gate, the circuit breaker, the statistics and the context around each iteration.
 * Iterations never overlap, whoever asks for them, and nothing that the user's work throws gets out of here.
 */
export class Worker {
  readonly breaker: CircuitBreaker;
  readonly #statistics = new Statistics();
  #mode: WorkerMode;
  #duty: Duty | undefined;
  #running: Running | undefined;
  #slots: CronSlots | undefined;
  readonly #holdField: string;
  readonly #recordField: string;
  #logger: Logger | undefined;

  constructor(
    readonly definition: WorkerDefinition,
    private readonly context: WorkerContext,
  ) {
    const { name, schedule, options } = definition;
    this.#holdField = holdField(name);
    this.#recordField = recordField(name);
    this.#mode = schedule.kind === 'cron' && schedule.disabled ? 'stopped' : 'started';
    const breakerOptions = overrideBreaker(context.circuitBreaker, options.circuitBreaker);
    this.breaker = new CircuitBreaker(name, breakerOptions, context.clock, {
      onTransition: (from, to) => this.#onTransition(from, to),
      onListenerError: (error) => this.#logError('A circuit breaker listener failed', error),
    });
  }

  /** The user's work's. Made when it is asked for: a standby with thousands of workers needs none. */
  get logger(): Logger {
    return (this.#logger ??= new Logger(plainText(this.name)));
  }

  /** The worker's own. */
  get log(): LineLogger {
    return new LibraryLog(this.logger, this.context.logs, this.identity);
  }

  get name(): string {
    return this.definition.name;
  }

  /** Who its events and log lines speak of. */
  get identity(): { readonly worker: string; readonly key: string } {
    const { name: worker, key } = this.definition;
    return { worker, key };
  }

  get mode(): WorkerMode {
    return this.#mode === 'started' && this.isHeld ? 'paused' : this.#mode;
  }

  /** Whether an order to the whole fleet keeps it from running; only the leader knows. */
  get isHeld(): boolean {
    return Boolean(this.#duty?.ledger.get(this.#holdField));
  }

  get metrics(): WorkerMetrics {
    return this.#statistics.view();
  }

  get circuit(): CircuitView {
    return this.breaker.view();
  }

  get isLeading(): boolean {
    return this.#duty?.term.isLive() ?? false;
  }

  get nextRunAt(): Date | undefined {
    return this.mode === 'started' ? this.#duty?.schedule.nextRunAt : undefined;
  }

  /** Milliseconds between two runs; of a cron worker, between its next two slots. */
  get period(): number | undefined {
    const { schedule } = this.definition;
    if (schedule.kind === 'interval') return schedule.every;
    if (schedule.kind !== 'cron') return undefined;
    this.#slots ??= new CronSlots(schedule.pattern, schedule);
    const next = this.#slots.next(this.context.clock.wall());
    const following = next === undefined ? undefined : this.#slots.next(next);
    return next === undefined || following === undefined ? undefined : following - next;
  }

  /** How long the running iteration has been running, ms; undefined if none is. */
  get runningFor(): number | undefined {
    return this.#running && this.context.clock.monotonic() - this.#running.since;
  }

  /** Begins its part in a term. A stopped worker takes none, but joins if it is started later. */
  begin(term: Term, ledger: TermLedger): void {
    const snapshot = decodeCircuitSnapshot(ledger.get(circuitField(this.name)));
    if (snapshot) this.breaker.restore(snapshot, term.storeNow());
    this.#take(term, ledger);
  }

  /** Ends its part in the term: no tick any more, and the running iteration is told. */
  end(reason: unknown): void {
    this.#duty?.schedule.stop();
    this.#duty?.abort.abort(reason);
  }

  /** The term is over and drained, or given up. */
  dismiss(term: Term): void {
    if (this.#duty?.term === term) this.#duty = undefined;
  }

  /** Resolves when no iteration is running. */
  async drained(): Promise<void> {
    while (this.#running) await this.#running.finished;
  }

  start(): void {
    const was = this.#mode;
    this.#mode = 'started';
    if (was === 'stopped' && this.#duty?.term.isLive()) this.#take(this.#duty.term, this.#duty.ledger);
    if (was !== 'started') this.#tell(was === 'paused' ? 'resumed' : 'started');
  }

  /** Stops ticking and aborts the running iteration. */
  stop(): void {
    const was = this.#mode;
    this.#mode = 'stopped';
    this.end(new WorkerStoppedError(this.name));
    if (was !== 'stopped') this.#tell('stopped');
  }

  pause(): void {
    if (this.#mode !== 'started') return;
    this.#mode = 'paused';
    this.#tell('paused');
  }

  /** An order to the whole fleet has begun or ceased to keep it from running. */
  tellHold(): void {
    this.log.log(this.isHeld ? 'Paused for the whole fleet' : 'Resumed for the whole fleet');
    this.#tell(this.isHeld ? 'paused' : 'resumed');
  }

  resume(): void {
    if (this.#mode !== 'paused') return;
    this.#mode = 'started';
    this.#tell('resumed');
  }

  /** Puts what has changed into the ledger, which is about to be sent. */
  contribute(): void {
    if (!this.#duty) return;
    const { ledger, schedule, term } = this.#duty;
    schedule.contribute();
    this.#contributeRecord(this.#duty);
    const field = circuitField(this.name);
    if (this.breaker.isAtRest && ledger.get(field) === undefined) return;
    ledger.put(field, JSON.stringify(this.breaker.snapshot(term.storeNow())));
  }

  /** Tries to run one iteration that was due at this wall time. The promise in the answer never rejects. */
  attempt(due: number, steps?: AttemptSteps): Attempt {
    const duty = this.#duty;
    if (!duty?.term.isLive()) return { refused: 'not-leading' };
    if (this.#running) return { refused: 'busy' };
    const { mode } = this;
    if (mode !== 'started') return { refused: mode };
    const permit = this.breaker.admit();
    if (!permit) {
      const { events } = this.context;
      if (events?.hears('circuit-breaker-skipped'))
        events.emit({ type: 'circuit-breaker-skipped', ...this.identity });
      return { refused: 'circuit-open' };
    }
    const since = this.context.clock.monotonic();
    // Set before the work begins: whatever it calls must already find the worker busy.
    const running: Running = { since, finished: Promise.resolve() };
    this.#running = running;
    const finished = this.#execute(duty, permit, due, since, steps);
    running.finished = finished;
    return { finished };
  }

  #take(term: Term, ledger: TermLedger): void {
    const host = new WorkerScheduleHost(this, this.context, this.#statistics, ledger);
    const schedule = createSchedule(this.definition, host);
    const history =
      this.#duty?.term === term
        ? this.#duty.history
        : new TermRecord(decodeWorkerRecord(ledger.take(this.#recordField)), this.#statistics);
    const recorded = { version: -1, nextRunAt: NaN };
    this.#duty = { term, ledger, schedule, history, recorded, abort: new AbortController() };
    if (this.#mode !== 'stopped') schedule.start();
  }

  /** Only what has changed: the store's time is known a little better with every renewal, and is no news. */
  #contributeRecord(duty: Duty): void {
    const { version } = this.#statistics;
    const nextRunAt = this.nextRunAt?.getTime() ?? 0;
    if (duty.recorded.version === version && duty.recorded.nextRunAt === nextRunAt) return;
    duty.recorded.version = version;
    duty.recorded.nextRunAt = nextRunAt;
    duty.ledger.report(
      this.#recordField,
      encodeWorkerRecord(
        duty.history.view(this.nextRunAt?.getTime(), duty.term.storeNow() - this.context.clock.wall()),
      ),
    );
  }

  async #execute(
    duty: Duty,
    permit: Permit,
    due: number,
    since: number,
    steps?: AttemptSteps,
  ): Promise<IterationOutcome> {
    let outcome: IterationOutcome = { outcome: 'not-started' };
    try {
      // The gate was open when the iteration was admitted; it must still be after whatever took time since.
      const admitted =
        !steps?.prepare || ((await steps.prepare()) && duty.term.isLive() && !duty.abort.signal.aborted);
      if (admitted) {
        outcome = await this.#run(duty, permit, due, since);
        this.#tellEnd(duty, due, outcome);
      }
      if (steps?.conclude) await steps.conclude(outcome);
    } catch (error) {
      this.#logError('Preparing or concluding an iteration failed', error);
    } finally {
      if (outcome.outcome === 'not-started') this.breaker.undecided(permit);
      this.#running = undefined;
    }
    return outcome;
  }

  async #run(duty: Duty, permit: Permit, due: number, since: number): Promise<IterationOutcome> {
    const { clock } = this.context;
    const { definition } = this;
    this.#statistics.started(clock.wall());
    const limit =
      definition.options.timeLimit === undefined
        ? undefined
        : this.#limit(duty, definition.options.timeLimit);
    const signal = limit?.signal ?? duty.abort.signal;
    const iteration = new WorkerIteration(
      this.name,
      this.#statistics.iterations,
      signal,
      this.logger,
      duty.term,
      due,
    );
    let result: { readonly error: unknown } | undefined;
    try {
      const { instrumentation } = this.context;
      const work = () => runInIteration(iteration, definition.run);
      if (instrumentation) await surround((inner) => instrumentation.iteration(iteration, inner), work);
      else await work();
    } catch (error) {
      result = { error };
    }
    const duration = clock.monotonic() - since;
    const timeout = limit?.end();
    if (timeout) {
      if (result && result.error !== timeout) timeout.cause = result.error;
      return this.#failed(permit, duration, timeout);
    }
    if (!result) {
      this.breaker.succeeded(permit);
      this.#statistics.succeeded(clock.wall(), duration);
      return { outcome: 'succeeded', duration };
    }
    // A term that is over may not have been noticed yet, except by the work: `assertLeader()` reads the clock.
    return duty.abort.signal.aborted || !duty.term.isLive()
      ? this.#aborted(permit, duration, result.error, duty.abort.signal.reason)
      : this.#failed(permit, duration, result.error);
  }

  #failed(permit: Permit, duration: number, error: unknown): IterationOutcome {
    this.#statistics.failed(this.context.clock.wall(), duration, error);
    this.#logError(`Iteration ${this.#statistics.iterations} failed`, error);
    this.breaker.failed(permit);
    return { outcome: 'failed', duration, error };
  }

  #aborted(permit: Permit, duration: number, error: unknown, reason: unknown): IterationOutcome {
    this.#statistics.aborted();
    this.breaker.undecided(permit);
    // The abort itself is no news; anything else that the work threw on its way out must not vanish.
    if (!isAbort(error, reason)) {
      this.log.warn(
        `Iteration ${this.#statistics.iterations} was aborted and failed: ${describeError(error).message}`,
        this.#place(),
      );
    }
    return { outcome: 'aborted', duration };
  }

  /** A signal that also aborts when the time limit is over. `end()` says whether it was. */
  #limit(
    duty: Duty,
    timeLimit: number,
  ): { readonly signal: AbortSignal; end(): IterationTimeoutError | undefined } {
    const own = new AbortController();
    let timeout: IterationTimeoutError | undefined;
    const timer = this.context.clock.setTimeout(() => {
      if (own.signal.aborted) return;
      timeout = new IterationTimeoutError(this.name, timeLimit);
      own.abort(timeout);
    }, timeLimit);
    const forward = () => own.abort(duty.abort.signal.reason);
    duty.abort.signal.addEventListener('abort', forward, { once: true });
    return {
      signal: own.signal,
      end: () => {
        timer.cancel();
        duty.abort.signal.removeEventListener('abort', forward);
        return timeout;
      },
    };
  }

  #tell(type: 'started' | 'stopped' | 'paused' | 'resumed'): void {
    this.context.events?.emit({ type, ...this.identity });
  }

  /** Iterations are frequent: nothing is made for nobody. */
  #tellEnd({ term }: Duty, due: number, outcome: IterationOutcome): void {
    const { events } = this.context;
    if (!events || outcome.outcome === 'not-started') return;
    const { iterations: number, lastStart } = this.#statistics;
    const { outcome: result, duration } = outcome;
    const token = term.fencingToken;
    if (result === 'failed' && events.hears('iteration-failed')) {
      const { type, message } = describeError(outcome.error);
      const error = { type, message };
      events.emit({ type: 'iteration-failed', ...this.identity, token, number, duration, error });
    }
    if (!events.hears('iteration-finished')) return;
    events.emit({
      type: 'iteration-finished',
      ...this.identity,
      token,
      number,
      result,
      duration,
      scheduledAt: new Date(due),
      startedAt: new Date(lastStart),
    });
  }

  #onTransition(from: CircuitState, to: CircuitState): void {
    const { retryAt } = this.breaker.view();
    this.#logTransition(from, to, retryAt?.toISOString());
    this.context.events?.emit({ type: 'circuit-breaker', ...this.identity, from, to, retryAt });
  }

  #logTransition(from: CircuitState, to: CircuitState, retryAt: string | undefined): void {
    const fields = { ...this.#place(), circuit: to, retryAt };
    if (to === 'open')
      this.log.error(`Circuit breaker OPEN${retryAt ? ` until ${retryAt}` : ''} (was ${from})`, fields);
    else if (to === 'closed' && from !== 'disabled')
      this.log.log(`Circuit breaker closed: recovered (was ${from})`, fields);
    else this.log.warn(`Circuit breaker ${to} (was ${from})`, fields);
  }

  #logError(what: string, error: unknown): void {
    const { type, message, stack } = describeError(error);
    this.log.error(`${what}: ${message}`, { ...this.#place(), error: type }, stack);
  }

  /** The term and the iteration that a line is about. */
  #place(): LogFields {
    return { token: this.#duty?.term.fencingToken, number: this.#statistics.iterations || undefined };
  }
}

/** What a worker says of its breaker goes over what the module says. */
function overrideBreaker(
  module: CircuitBreakerOptions | false,
  own: Partial<CircuitBreakerOptions> | false | undefined,
): CircuitBreakerOptions | false {
  if (own === undefined) return module;
  if (own === false) return false;
  const given = Object.fromEntries(Object.entries<unknown>(own).filter(([, value]) => value !== undefined));
  return { ...CIRCUIT_BREAKER_DEFAULTS, ...(module || {}), ...given };
}

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

/** Ledger field of a worker's circuit breaker. */
export function circuitField(worker: string): string {
  return `breaker:${worker}`;
}
