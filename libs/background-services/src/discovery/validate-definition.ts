import { InvalidWorkerError, show } from '../errors/index.js';
import { assertLeaseKey } from '../lease/index.js';
import type { WorkerDefinition } from '../workers/index.js';
import { readable } from './readable.js';
import { validateOptions } from './validate-options.js';
import { validateSchedule } from './validate-schedule.js';

const MAX_NAME_LENGTH = 200;

/**
 * Checks what can be checked of a worker before it runs, so that a mistake stops the boot instead of losing a job at night.
 * @throws InvalidWorkerError that names the place, the problem and the cure
 */
export function validateDefinition(definition: WorkerDefinition): void {
  readable(definition.place, () => validate(definition));
}

function validate({ place, name, key, schedule, options, run }: WorkerDefinition): void {
  const refuse = (problem: string, cure: string, cause?: unknown) => {
    throw new InvalidWorkerError(place, problem, cure, { cause });
  };
  if (typeof name !== 'string' || name.trim() === '' || name.length > MAX_NAME_LENGTH) {
    refuse(
      `the worker's name must be a non-empty string of at most ${MAX_NAME_LENGTH} characters, received ${show(name)}`,
      'Name it in the decorator, e.g. @Interval("prices", 1000)',
    );
  }
  // The ledger keeps entries under this name as UTF-8, and the log writes it on a line.
  if (typeof name === 'string' && /[\p{Cc}\p{Cs}]/u.test(name)) {
    refuse(
      `the worker's name must have no control characters and no unpaired surrogates, received ${show(name)}`,
      'Name it in the decorator, e.g. @Interval("prices", 1000)',
    );
  }
  if (typeof run !== 'function')
    refuse(`"run" must be a function, received ${show(run)}`, 'Give the function to run');
  try {
    assertLeaseKey(key);
  } catch (error) {
    refuse((error as Error).message, 'Give @LeaderElected another key, e.g. "prices:leader"', error);
  }
  validateSchedule(schedule, refuse);
  validateOptions(options, refuse);
}
