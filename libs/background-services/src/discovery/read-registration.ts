import { show } from '../errors/index.js';
import type { Iteration, ScheduleConfig, WorkerDefinition, WorkerOptions } from '../workers/index.js';
import { readable } from './readable.js';
import { readSchedule } from './validate-schedule.js';

/** A worker without decorators. */
export interface WorkerConfig extends WorkerOptions {
  /** Unique in the app. */
  readonly name: string;
  /** Key of its lease; workers with one key share it. */
  readonly key: string;
  /** When it runs. Not given: for as long as this replica leads. */
  readonly schedule?: ScheduleConfig;
  readonly run: (iteration: Iteration) => unknown;
}

/**
 * The definition that a configuration means.
 * @throws InvalidWorkerError
 */
export function readRegistration(config: WorkerConfig): WorkerDefinition {
  const { name, key, schedule, run, ...options } = readable('register()', () => ({ ...config }));
  const place = `register(${show(name)})`;
  return { name, key, place, schedule: readSchedule(place, schedule), options, run };
}
