import { DueEntry, dueTimesOf } from '../due-times.js';
import type { Schedule, ScheduledWorker } from './schedule.js';

/** Runs once a term, `delay` ms after its beginning. */
export class TimeoutSchedule extends DueEntry implements Schedule {
  /** On the wall clock. */
  #due: number | undefined;

  constructor(
    private readonly delay: number,
    private readonly worker: ScheduledWorker,
  ) {
    super();
  }

  get nextRunAt(): Date | undefined {
    return this.#due === undefined ? undefined : new Date(this.#due);
  }

  start(): void {
    const { context } = this.worker;
    this.#due = context.clock.wall() + this.delay;
    dueTimesOf(context).set(this, this.delay);
  }

  fire(): void {
    const due = this.#due ?? this.worker.context.clock.wall();
    this.#due = undefined;
    const attempt = this.worker.attempt(due);
    // The circuit breaker counts what it keeps back itself.
    if ('refused' in attempt && (attempt.refused === 'busy' || attempt.refused === 'paused'))
      this.worker.reporter.skipped(1);
  }

  stop(): void {
    dueTimesOf(this.worker.context).cancel(this);
    this.#due = undefined;
  }

  contribute(): void {
    // A new term runs it again: nothing to hand over.
  }
}
