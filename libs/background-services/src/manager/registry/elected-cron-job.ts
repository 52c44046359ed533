import { ElectedScheduleError } from '../../errors/index.js';
import { CronSlots, type ScheduleSpec } from '../../workers/index.js';
import type { BackgroundServiceManager } from '../background-service-manager.js';
import { SlotTime } from './slot-time.js';

export type CronSpec = ScheduleSpec & { kind: 'cron' };

/**
 * An elected cron worker as `SchedulerRegistry.getCronJob()` hands it out: a `CronJob` without a timer of its own. What it does, it does to
 * the worker on this replica, through the manager.
 */
export class ElectedCronJob {
  readonly waitForCompletion = true;
  readonly unrefTimeout = false;
  readonly runOnce: boolean;
  #slots: CronSlots | undefined;

  constructor(
    readonly name: string,
    private readonly spec: CronSpec,
    private readonly manager: BackgroundServiceManager,
    private readonly now: () => number,
  ) {
    this.runOnce = spec.pattern instanceof Date;
  }

  /** Whether the worker is started and not paused here. It runs on the leader only. */
  get isActive(): boolean {
    return this.manager.get(this.name).mode === 'started';
  }

  get isCallbackRunning(): boolean {
    return this.manager.get(this.name).runningFor !== undefined;
  }

  get lastExecution(): Date | null {
    return this.lastDate();
  }

  /** What can be read of a `CronTime`. */
  get cronTime() {
    const { pattern: source, timeZone, utcOffset } = this.spec;
    const sendAt = (count?: number) => (count === undefined ? this.nextDate() : this.nextDates(count));
    return { source, timeZone, utcOffset, realDate: this.runOnce, sendAt, toString: () => String(source) };
  }

  /** `manager.start(name)` */
  start(): void {
    this.manager.start(this.name);
  }

  /** `manager.stop(name)`: on this replica. If it led, another one takes over. */
  async stop(): Promise<void> {
    await this.manager.stop(this.name);
  }

  /** `manager.trigger(name)`. That this replica does not lead, say, is logged by the registry, as it does with errors of jobs. */
  async fireOnTick(): Promise<void> {
    await this.manager.trigger(this.name);
  }

  /** When the last iteration began on this replica. */
  lastDate(): Date | null {
    return this.manager.get(this.name).metrics.lastStartAt ?? null;
  }

  /** The next slot, on whichever replica it will run. @throws ElectedScheduleError if there is none any more */
  nextDate(): SlotTime {
    const [next] = this.nextDates(1);
    if (next) return next;
    throw new ElectedScheduleError(this.name, 'it has no further date', 'Register a worker with another one');
  }

  /** @param count how many; none by default, as in `cron` */
  nextDates(count = 0): readonly SlotTime[] {
    this.#slots ??= new CronSlots(this.spec.pattern, this.spec);
    const dates: SlotTime[] = [];
    let slot = this.#slots.next(this.now());
    for (; slot !== undefined && dates.length < count; slot = this.#slots.next(slot))
      dates.push(new SlotTime(slot));
    return dates;
  }

  /** @throws ElectedScheduleError: replicas must agree on a schedule */
  setTime(): never {
    throw new ElectedScheduleError(
      this.name,
      'setTime() would change its schedule on this replica only',
      'Register a worker with the other schedule under a name of its own, with manager.register(), and stop this one',
    );
  }

  /** @throws ElectedScheduleError */
  addCallback(): never {
    throw new ElectedScheduleError(
      this.name,
      'addCallback() would add work that is not elected',
      'Call it in the method, or listen to BackgroundEvents',
    );
  }
}
