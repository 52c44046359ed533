import type { INestApplication } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { ElectedCronJob } from '../manager/registry/elected-cron-job.js';

/** What @nestjs/schedule runs itself. Elected workers are in its registry, too, but without a timer. */
export function stockJobs(app: INestApplication) {
  const registry = app.get(SchedulerRegistry);
  const hasTimer = (find: () => unknown) => {
    try {
      return find() !== undefined;
    } catch {
      return false;
    }
  };
  return {
    intervals: registry.getIntervals().filter((name) => hasTimer(() => registry.getInterval(name))),
    timeouts: registry.getTimeouts().filter((name) => hasTimer(() => registry.getTimeout(name))),
    crons: [...registry.getCronJobs()].flatMap(([name, job]) =>
      (job as unknown) instanceof ElectedCronJob ? [] : [name],
    ),
  };
}
