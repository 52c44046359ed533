import { WorkerStoppedError } from '../errors/index.js';
import type { Term } from '../leadership/index.js';
import { overrideBreaker } from './circuit-breaker-options.js';
import { CircuitBreaker, type CircuitView } from './circuit-breaker.js';
import { dueTimesOf } from './due-times.js';
import { Duty } from './duty.js';
import { Reporter } from './reporter.js';
import { Run } from './run.js';
import { CronSlots } from './schedules/cron-slots.js';
import type { Attempt, AttemptSteps, IterationOutcome } from './attempt.js';
import type { ScheduledWorker } from './schedules/schedule.js';
import { Statistics, type WorkerMetrics } from './statistics.js';
import type { TermLedger } from './term-ledger.js';
import type { WorkerContext } from './worker-context.js';
import type { WorkerDefinition } from './worker-definition.js';
import type { WorkerMode } from './worker-outline.js';

/**
 * One worker of this replica, across all its terms.
 *
 * | state | holds | changes |
 * | --- | --- | --- |
 * | mode | what this replica wants of it | `#enter`: `start()`, `stop()`, `pause()`, `resume()` |
 * | duty | its part in the term of its key, if there is one | `#take`: `begin()`, a start after a stop; `dismiss()` |
 * | run | the iteration that goes on, if one does | `attempt()`, and its end |
 *
 * An iteration begins only through `attempt()`, which looks at all three and at the circuit breaker. So iterations never overlap, whoever asks
 * for them.
 */
export class Worker implements ScheduledWorker {
  readonly statistics = new Statistics();
  readonly reporter: Reporter;
  readonly breaker: CircuitBreaker;
  #mode: WorkerMode;
  #duty: Duty | undefined;
  #run: Run | undefined;
  #slots: CronSlots | undefined;

  constructor(
    readonly definition: WorkerDefinition,
    readonly context: WorkerContext,
  ) {
    const { name, schedule, options } = definition;
    this.#mode = schedule.kind === 'cron' && schedule.disabled ? 'stopped' : 'started';
    // Made with the first worker, and not where one is started: a request, say.
    dueTimesOf(context);
    this.reporter = new Reporter(definition, context, this.statistics);
    const breakerOptions = overrideBreaker(context.circuitBreaker, options.circuitBreaker);
    this.breaker = new CircuitBreaker(name, breakerOptions, context.clock, this.reporter);
  }

  get name(): string {
    return this.definition.name;
  }

  get mode(): WorkerMode {
    return this.#mode === 'started' && this.hasPauseFlag ? 'paused' : this.#mode;
  }

  /** Whether an order to the whole fleet keeps it from running; only the leader knows. */
  get hasPauseFlag(): boolean {
    return this.#duty?.hasPauseFlag ?? false;
  }

  get metrics(): WorkerMetrics {
    return this.statistics.view();
  }

  get circuit(): CircuitView {
    return this.breaker.view();
  }

  get isLeading(): boolean {
    return this.#duty?.term.isLive() ?? false;
  }

  get nextRunAt(): Date | undefined {
    return this.mode === 'started' ? this.#duty?.nextRunAt : undefined;
  }

  /** Milliseconds between two runs; of a cron worker, between its next two slots. */
  get period(): number | undefined {
    const { schedule } = this.definition;
    if (schedule.kind === 'interval') return schedule.every;
    if (schedule.kind !== 'cron') return undefined;
    this.#slots ??= new CronSlots(schedule.pattern, schedule);
    const next = this.#slots.next(this.#duty?.term.storeNow() ?? this.context.clock.wall());
    const following = next === undefined ? undefined : this.#slots.next(next);
    return next === undefined || following === undefined ? undefined : following - next;
  }

  /** How long the running iteration has been running, ms; undefined if none is. */
  get runningFor(): number | undefined {
    return this.#run && this.context.clock.monotonic() - this.#run.since;
  }

  /** Begins its part in a term. A stopped worker takes none, but joins if it is started later. */
  begin(ledger: TermLedger): void {
    const duty = new Duty(this, ledger);
    duty.restoreBreaker();
    this.#take(duty);
  }

  /** Ends its part in the term: no tick any more, and the running iteration is told. */
  end(reason: unknown): void {
    this.#duty?.end(reason);
  }

  /** The term is over and drained, or given up. */
  dismiss(term: Term): void {
    if (this.#duty?.term === term) this.#take(undefined);
  }

  /** Resolves when no iteration is running. */
  async drained(): Promise<void> {
    while (this.#run) await this.#run.finished;
  }

  start(): void {
    this.#enter('started');
  }

  /** Stops ticking and aborts the running iteration. */
  stop(): void {
    this.#enter('stopped');
  }

  /** An order to the whole fleet has begun or ceased to keep it from running. */
  tellPauseFlag(): void {
    this.reporter.pauseFlagChanged(this.hasPauseFlag);
  }

  pause(): void {
    if (this.#mode === 'started') this.#enter('paused');
  }

  resume(): void {
    if (this.#mode === 'paused') this.#enter('started');
  }

  /** Puts what has changed into the ledger, which is about to be sent. */
  contribute(): void {
    this.#duty?.contribute(this.mode);
  }

  /** Tries to run one iteration that was due at this time. The promise in the answer never rejects. */
  attempt(due: number, steps?: AttemptSteps): Attempt {
    const duty = this.#duty;
    if (!duty?.term.isLive()) return { refused: 'not-leading' };
    if (this.#run) return { refused: 'busy' };
    const { mode } = this;
    if (mode !== 'started') return { refused: mode };
    const permit = this.breaker.admit();
    if (!permit) {
      this.reporter.keptBack();
      return { refused: 'circuit-open' };
    }
    const run = new Run(this, duty, permit, due);
    // Set before the work begins: whatever it calls must already find the worker busy.
    this.#run = run;
    const finished = this.#execute(run, duty, due, steps);
    run.finished = finished;
    return { finished };
  }

  async #execute(run: Run, duty: Duty, due: number, steps?: AttemptSteps): Promise<IterationOutcome> {
    let outcome: IterationOutcome = { outcome: 'not-started' };
    try {
      // The gate was open when the iteration was admitted; it must still be after whatever took time since.
      const admitted = !steps?.prepare || ((await steps.prepare()) && duty.term.isLive() && !duty.ended);
      if (admitted) {
        const { clock } = this.context;
        const startedAt = clock.wall();
        // Reading clocks is a good part of what an iteration costs: where nothing was prepared, it starts when it is admitted.
        const steady = steps?.prepare ? clock.monotonic() : run.since;
        const lag = (steps?.isStoreTime ? duty.term.storeNow() : startedAt) - due;
        outcome = await run.execute(startedAt, steady);
        this.reporter.iterationEnded(duty.term, due, Math.max(0, lag), outcome);
      }
      if (steps?.conclude) await steps.conclude(outcome);
    } catch (error) {
      this.reporter.failed('Preparing or concluding an iteration failed', error);
    } finally {
      if (outcome.outcome === 'not-started') this.breaker.undecided(run.permit);
      this.#run = undefined;
    }
    return outcome;
  }

  #enter(mode: WorkerMode): void {
    const was = this.#mode;
    if (was === mode) return;
    this.#mode = mode;
    if (mode === 'stopped') this.end(new WorkerStoppedError(this.name));
    else if (was === 'stopped' && this.#duty?.term.isLive())
      this.#take(new Duty(this, this.#duty.ledger, this.#duty));
    this.reporter.modeChanged(mode === 'started' && was === 'paused' ? 'resumed' : mode);
  }

  #take(duty: Duty | undefined): void {
    this.#duty = duty;
    this.reporter.term = duty?.term;
    if (this.#mode !== 'stopped') duty?.begin();
  }
}
