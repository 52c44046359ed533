import type { SchedulerRegistry } from '@nestjs/schedule';
import { inBackground } from '../../kit/index.js';
import { ElectedScheduleError } from '../../errors/index.js';
import type { WorkerDefinition } from '../../workers/index.js';
import type { BackgroundServiceManager } from '../background-service-manager.js';
import { bound } from './added-jobs.js';
import { ElectedCronJob } from './elected-cron-job.js';

type TimerKind = 'interval' | 'timeout';

/** The methods of the registry that hand out or delete timers. */
interface TimerAccess {
  getInterval(name: string): unknown;
  getTimeout(name: string): unknown;
  deleteInterval(name: string): void;
  deleteTimeout(name: string): void;
}

const METHODS = {
  interval: { get: 'getInterval', remove: 'deleteInterval' },
  timeout: { get: 'getTimeout', remove: 'deleteTimeout' },
} as const;

/**
 * Elected workers in the registry of @nestjs/schedule, so that what asks it for a job by name finds them, and so that their names are
 * taken. Cron workers are there as `ElectedCronJob`. Intervals and timeouts have no timer that could be handed out: asking for one is an
 * error that says what to use, and deleting one stops the worker.
 */
export class ElectedEntries {
  readonly #timers = { interval: new Set<string>(), timeout: new Set<string>() };
  readonly #crons = new Map<string, ElectedCronJob>();
  /** How the registry itself deletes a timer. */
  readonly #delete: Readonly<Record<TimerKind, (name: string) => void>>;
  readonly #add: ReturnType<typeof bound>;
  #deleting: string | undefined;

  constructor(
    private readonly registry: SchedulerRegistry,
    private readonly manager: BackgroundServiceManager,
    private readonly now: () => number,
  ) {
    this.#delete = { interval: this.#guard('interval'), timeout: this.#guard('timeout') };
    // As they are now: what is put before them later concerns the jobs of others.
    this.#add = bound(registry);
  }

  /** @throws what @nestjs/schedule throws if the name is taken */
  add({ name, schedule }: WorkerDefinition): void {
    switch (schedule.kind) {
      case 'cron': {
        const job = new ElectedCronJob(name, schedule, this.manager, this.now);
        this.#add.addCronJob(name, job as unknown as Parameters<SchedulerRegistry['addCronJob']>[1]);
        this.#crons.set(name, job);
        return;
      }
      case 'interval':
        this.#add.addInterval(name, NO_TIMER);
        this.#timers.interval.add(name);
        return;
      case 'timeout':
        this.#add.addTimeout(name, NO_TIMER);
        this.#timers.timeout.add(name);
        return;
      case 'continuous':
        // @nestjs/schedule knows nothing of the kind.
        return;
    }
  }

  /** Takes them out again without stopping any: at shutdown @nestjs/schedule deletes what it finds. */
  clear(): void {
    const jobs: Map<string, unknown> = this.registry.getCronJobs();
    for (const [name, job] of this.#crons) if (jobs.get(name) === job) jobs.delete(name);
    this.#crons.clear();
    for (const kind of ['interval', 'timeout'] as const) {
      for (const name of this.#timers[kind]) this.#withdraw(kind, name);
    }
  }

  /** Puts methods before those of this one registry; all other entries go through as before. Returns how the registry itself deletes. */
  #guard(kind: TimerKind): (name: string) => void {
    const registry: TimerAccess = this.registry;
    const { get, remove } = METHODS[kind];
    const find = registry[get].bind(registry);
    const drop = registry[remove].bind(registry);
    registry[get] = (name) => {
      if (this.#timers[kind].has(name) && this.#deleting !== name) throw withoutTimer(name, kind);
      return find(name);
    };
    registry[remove] = (name) => {
      if (!this.#timers[kind].has(name)) return drop(name);
      this.#withdraw(kind, name);
      inBackground(this.manager.stop(name));
    };
    return drop;
  }

  #withdraw(kind: TimerKind, name: string): void {
    // It looks the timer up before it deletes it.
    this.#deleting = name;
    try {
      this.#delete[kind](name);
    } finally {
      this.#deleting = undefined;
      this.#timers[kind].delete(name);
    }
  }
}

/** Stands where a timer's handle would. Clearing it does nothing. */
const NO_TIMER = Object.freeze({});

function withoutTimer(name: string, kind: TimerKind): ElectedScheduleError {
  return new ElectedScheduleError(
    name,
    `it has no ${kind} timer: it runs on the replica that leads`,
    'Look at it with manager.get(name), and steer it with manager.stop(name), start(name) or pause(name)',
  );
}
