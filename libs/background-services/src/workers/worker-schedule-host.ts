import type { Clock, Random } from '../lease/index.js';
import type { LeaseTiming } from '../leadership/index.js';
import type { LineLogger } from '../logs/index.js';
import type { Attempt, AttemptSteps, ScheduleHost } from './schedules/schedule.js';
import type { Statistics } from './statistics.js';
import type { TermLedger } from './term-ledger.js';
import type { Worker, WorkerContext } from './worker.js';

/**
 * A worker as its schedule sees it during one term. A class, because there is one for each of possibly thousands of workers: an object of
 * closures and a getter takes 0.8 KB more.
 */
export class WorkerScheduleHost implements ScheduleHost {
  constructor(
    private readonly worker: Worker,
    private readonly context: WorkerContext,
    private readonly statistics: Statistics,
    readonly ledger: TermLedger,
  ) {}

  get name(): string {
    return this.worker.name;
  }

  get logger(): LineLogger {
    return this.worker.log;
  }

  get clock(): Clock {
    return this.context.clock;
  }

  get random(): Random {
    return this.context.random;
  }

  get timing(): LeaseTiming {
    return this.context.timing;
  }

  get bootedAt(): number {
    return this.context.bootedAt;
  }

  get circuitRetryAt(): number | undefined {
    return this.worker.breaker.retryAt;
  }

  attempt(due: number, steps?: AttemptSteps): Attempt {
    return this.worker.attempt(due, steps);
  }

  drained(): Promise<void> {
    return this.worker.drained();
  }

  skipped(ticks: number): void {
    this.statistics.skipped(ticks);
    const { events } = this.context;
    if (events?.hears('ticks-skipped'))
      events.emit({ type: 'ticks-skipped', ...this.worker.identity, count: ticks });
  }

  missed(slots: number, late = 0): void {
    this.statistics.missed(slots);
    const { misfire: policy = 'fire-once' } = this.worker.definition.options;
    this.context.events?.emit({
      type: 'misfire',
      ...this.worker.identity,
      missed: slots,
      late,
      policy,
    });
  }
}
