import { inBackground } from '../../kit/index.js';
import type { Clock } from '../../lease/index.js';
import type { AttemptSteps } from '../attempt.js';
import { DueEntry, dueTimesOf } from '../due-times.js';
import type { TermLedger } from '../term-ledger.js';
import type { Schedule, ScheduledWorker } from './schedule.js';

/**
 * Fixed rate, never overlapping: ticks lie on a grid, and a tick that finds an iteration running is skipped.
 *
 * The grid survives a failover: the first tick of a term is due one interval after the last start on record (at once if that is over), by
 * the lease store's time. Starts are recorded before the iteration where the interval is at least the renew interval; shorter ones travel
 * with the renewals and the release, so that their cost does not depend on the interval.
 */
export class IntervalSchedule extends DueEntry implements Schedule, AttemptSteps {
  #lastStart: number | undefined;
  #state: 'running' | 'stopped' = 'stopped';

  constructor(
    private readonly every: number,
    private readonly immediate: boolean,
    private readonly worker: ScheduledWorker,
    private readonly ledger: TermLedger,
  ) {
    super();
  }

  get nextRunAt(): Date | undefined {
    return this.#state === 'stopped' ? undefined : new Date(this.#wallTimeOf(this.dueAt));
  }

  start(): void {
    this.#state = 'running';
    dueTimesOf(this.worker.context).setAt(this, this.#clock.monotonic() + this.#firstDelay());
  }

  stop(): void {
    this.#state = 'stopped';
    dueTimesOf(this.worker.context).cancel(this);
  }

  #firstDelay(): number {
    const lastStart = Number(this.ledger.get(this.#field)?.trim() || NaN);
    const { shard } = this.worker.definition;
    if (shard) return this.#delayOnGrid(lastStart, (this.every * shard.index) / shard.count);
    if (Number.isNaN(lastStart)) return this.immediate ? 0 : this.every;
    // Never longer than one interval, whatever the record says.
    return Math.min(this.every, Math.max(0, lastStart + this.every - this.ledger.term.storeNow()));
  }

  /**
   * Ticks of shards lie on a grid of the store's clock, each shard's a little after the one's before it: thousands do not start at once, and an outage does
   * not bring them together. If the last tick has not been run, it is due: the delay is negative, and the next tick lies on the grid again.
   */
  #delayOnGrid(lastStart: number, phase: number): number {
    const { every } = this;
    const since = (((this.ledger.term.storeNow() - phase) % every) + every) % every;
    const isNew = Number.isNaN(lastStart);
    // A start is that of the tick before it, however late it was.
    const isDue = isNew ? this.immediate : this.ledger.term.storeNow() - lastStart > since + every / 2;
    return isDue ? -since : every - since;
  }

  contribute(): void {
    if (this.#lastStart === undefined || this.#recordsFirst) return;
    this.ledger.put(this.#field, String(Math.round(this.#lastStart)));
  }

  get #recordsFirst(): boolean {
    return this.every >= this.worker.context.timing.renewInterval;
  }

  get #field(): string {
    return startField(this.worker.definition.name);
  }

  get #clock(): Clock {
    return this.worker.context.clock;
  }

  /** A tick: nothing is made for it that can be spared, there may be thousands a second. */
  fire(): void {
    const { worker } = this;
    const startedAt = this.ledger.term.storeNow();
    const attempt = worker.attempt(this.#wallTimeOf(this.dueAt), this.#recordsFirst ? this : undefined);
    if ('refused' in attempt) {
      if (attempt.refused === 'busy' || attempt.refused === 'paused') worker.reporter.skipped(1);
      this.#setNext();
    } else {
      this.#lastStart = startedAt;
      inBackground(attempt.finished.then(() => this.#setNext()));
    }
  }

  /** Records the start before the iteration. */
  async prepare(): Promise<boolean> {
    await this.ledger.save(this.#field, String(Math.round(this.ledger.term.storeNow())));
    return true;
  }

  #setNext(): void {
    if (this.#state === 'stopped') return;
    const { worker, every } = this;
    const passed = Math.max(0, Math.floor((this.#clock.monotonic() - this.dueAt) / every));
    if (passed > 0) worker.reporter.skipped(passed);
    dueTimesOf(worker.context).setAt(this, this.dueAt + (passed + 1) * every);
  }

  #wallTimeOf(monotonic: number): number {
    return this.#clock.wall() + (monotonic - this.#clock.monotonic());
  }
}

/** Ledger field of a worker's last start, in the store's time. */
export function startField(worker: string): string {
  return `start:${worker}`;
}
