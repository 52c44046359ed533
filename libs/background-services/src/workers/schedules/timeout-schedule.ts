import type { Timer } from '../../lease/index.js';
import type { Schedule, ScheduledWorker } from './schedule.js';

/** Runs once a term, `delay` ms after its beginning. */
export class TimeoutSchedule implements Schedule {
  #timer: Timer | undefined;
  #due: Date | undefined;

  constructor(
    private readonly delay: number,
    private readonly worker: ScheduledWorker,
  ) {}

  get nextRunAt(): Date | undefined {
    return this.#due;
  }

  start(): void {
    const { clock } = this.worker.context;
    const due = clock.wall() + this.delay;
    this.#due = new Date(due);
    this.#timer = clock.setTimeout(() => {
      this.#due = undefined;
      const attempt = this.worker.attempt(due);
      // The circuit breaker counts what it keeps back itself.
      if ('refused' in attempt && (attempt.refused === 'busy' || attempt.refused === 'paused'))
        this.worker.reporter.skipped(1);
    }, this.delay);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#due = undefined;
  }

  contribute(): void {
    // A new term runs it again: nothing to hand over.
  }
}
