import { assertLeaseKey } from '../lease/index.js';
import type { WorkerDefinition } from '../workers/index.js';
import { readable } from './readable.js';
import { DEFINITION } from './schema.js';
import { wrongSchedule } from './validate-schedule.js';
import { refuseIfWrong, type Wrong, wrongFields } from './wrong-fields.js';

/**
 * Checks what can be checked of a worker before it runs, so that a mistake stops the boot instead of losing a job at night.
 * @throws InvalidWorkerError that names the place, everything that is wrong, and the cures
 */
export function validateDefinition(definition: WorkerDefinition): void {
  const { place } = definition;
  readable(place, () => {
    const wrong = wrongFields('the worker', DEFINITION, definition);
    refuseIfWrong(place, [...wrong, ...wrongKey(definition)]);
    refuseIfWrong(place, wrongSchedule(definition.schedule));
  });
}

function wrongKey({ key }: WorkerDefinition): readonly Wrong[] {
  try {
    assertLeaseKey(key);
    return [];
  } catch (cause) {
    const cure = 'Give @LeaderElected another key, e.g. "prices:leader"';
    return [{ problem: (cause as Error).message, cure, cause }];
  }
}
