import { inBackground } from '../../kit/index.js';
import { DueEntry, dueTimesOf } from '../due-times.js';
import type { Schedule, ScheduledWorker } from './schedule.js';

/**
 * Keeps a method running for as long as the term lasts. If it fails or returns, it is begun again after a random delay between 0 and a
 * bound that is `minBackoff` at first, doubles with every run ("full jitter", Marc Brooker, AWS Architecture Blog, 2015), and is back at
 * `minBackoff` once a run has lasted longer than `maxBackoff`.
 */
export class ContinuousSchedule extends DueEntry implements Schedule {
  /** On the wall clock. */
  #due: number | undefined;
  /** Runs since the last one that lasted longer than `maxBackoff`. */
  #shortRuns = 0;
  #state: 'running' | 'stopped' = 'stopped';

  constructor(
    private readonly minBackoff: number,
    private readonly maxBackoff: number,
    private readonly worker: ScheduledWorker,
  ) {
    super();
  }

  get nextRunAt(): Date | undefined {
    return this.#due === undefined ? undefined : new Date(this.#due);
  }

  start(): void {
    this.#state = 'running';
    this.#runAfter(0);
  }

  stop(): void {
    this.#state = 'stopped';
    this.#due = undefined;
    dueTimesOf(this.worker.context).cancel(this);
  }

  fire(): void {
    inBackground(this.#run());
  }

  contribute(): void {
    // A new term begins it at once: nothing to hand over.
  }

  #runAfter(delay: number): void {
    if (this.#state === 'stopped') return;
    const { context } = this.worker;
    this.#due = context.clock.wall() + delay;
    dueTimesOf(context).set(this, delay);
  }

  async #run(): Promise<void> {
    const { breaker, context } = this.worker;
    const { clock, random } = context;
    const due = this.#due ?? clock.wall();
    this.#due = undefined;
    const attempt = this.worker.attempt(due);
    if ('refused' in attempt) {
      const untilProbe = (breaker.retryAt ?? -Infinity) - clock.monotonic();
      return this.#runAfter(Math.max(this.minBackoff, untilProbe));
    }
    const result = await attempt.finished;
    const lasted = 'duration' in result ? result.duration : 0;
    if (lasted > this.maxBackoff) this.#shortRuns = 0;
    const bound = Math.min(this.maxBackoff, this.minBackoff * 2 ** Math.min(this.#shortRuns++, 30));
    this.#runAfter(random() * bound);
  }
}
