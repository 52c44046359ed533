import { nameRemarks } from './name-remarks.js';
import { cronRemarks } from './schedules/cron-remarks.js';
import type { WorkerDefinition } from './worker-definition.js';

/** What is valid in a worker's declaration and hardly means what it looks like. In words, for the log at boot. */
export function remarksOn(definition: WorkerDefinition): readonly string[] {
  const { schedule } = definition;
  return [...nameRemarks(definition), ...(schedule.kind === 'cron' ? cronRemarks(schedule) : [])];
}
