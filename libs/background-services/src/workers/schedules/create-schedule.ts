import type { WorkerDefinition } from '../worker-definition.js';
import { ContinuousSchedule } from './continuous-schedule.js';
import { CronSchedule } from './cron-schedule.js';
import { IntervalSchedule } from './interval-schedule.js';
import type { Schedule, ScheduleHost } from './schedule.js';
import { TimeoutSchedule } from './timeout-schedule.js';

/** The schedule that a definition asks for, for one term. */
export function createSchedule({ schedule, options }: WorkerDefinition, host: ScheduleHost): Schedule {
  switch (schedule.kind) {
    case 'interval':
      return new IntervalSchedule(schedule.every, options.immediate ?? false, host);
    case 'cron': {
      const { misfire = 'fire-once', startDeadline = Infinity, onInterrupted = 'skip' } = options;
      return new CronSchedule(schedule, { misfire, startDeadline, onInterrupted }, host);
    }
    case 'timeout':
      return new TimeoutSchedule(schedule.delay, host);
    case 'continuous':
      return new ContinuousSchedule(schedule.minBackoff, schedule.maxBackoff, host);
  }
}
