import { InvalidWorkerError, show } from '../errors/index.js';
import { assertLeaseKey } from '../lease/index.js';
import { CronSlots, type ScheduleSpec, type WorkerDefinition, type WorkerOptions } from '../workers/index.js';

const MAX_NAME_LENGTH = 200;

/**
 * Checks what can be checked of a worker before it runs, so that a mistake stops the boot instead of losing a job at night.
 * @throws InvalidWorkerError that names the place, the problem and the cure
 */
export function validateDefinition(definition: WorkerDefinition): void {
  const { place, name, key, schedule, options, run } = definition;
  const refuse = (problem: string, cure: string, cause?: unknown) => {
    throw new InvalidWorkerError(place, problem, cure, { cause });
  };
  if (typeof name !== 'string' || name.trim() === '' || name.length > MAX_NAME_LENGTH) {
    refuse(
      `the worker's name must be a non-empty string of at most ${MAX_NAME_LENGTH} characters, received ${show(name)}`,
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

type Refuse = (problem: string, cure: string, cause?: unknown) => void;

function validateSchedule(schedule: ScheduleSpec, refuse: Refuse): void {
  switch (schedule.kind) {
    case 'interval':
      if (!isPositive(schedule.every)) {
        refuse(
          `the interval must be a positive number of ms, received ${show(schedule.every)}`,
          'Use e.g. 30_000 for 30 s',
        );
      }
      return;
    case 'timeout':
      if (!isNotNegative(schedule.delay)) {
        refuse(
          `the delay must be a number of ms, not negative, received ${show(schedule.delay)}`,
          'Use e.g. 5_000 for 5 s',
        );
      }
      return;
    case 'continuous':
      if (!isPositive(schedule.minBackoff) || !(schedule.maxBackoff >= schedule.minBackoff)) {
        refuse(
          `0 < minBackoff <= maxBackoff must hold, received ${show(schedule.minBackoff)} and ${show(schedule.maxBackoff)}`,
          'Use e.g. { minBackoff: 1_000, maxBackoff: 30_000 }',
        );
      }
      return;
    case 'cron':
      validateCron(schedule, refuse);
  }
}

function validateCron(schedule: ScheduleSpec & { kind: 'cron' }, refuse: Refuse): void {
  const { timeZone, utcOffset, initialDelay } = schedule as {
    timeZone?: unknown;
    utcOffset?: unknown;
    initialDelay?: unknown;
  };
  if (timeZone !== undefined && utcOffset !== undefined) {
    refuse('timeZone and utcOffset are both given', 'Give one of the two');
  }
  if (timeZone !== undefined && typeof timeZone !== 'string') {
    refuse(`timeZone must be an IANA name, received ${show(timeZone)}`, 'Use e.g. "America/New_York"');
  }
  if (utcOffset !== undefined && !Number.isFinite(utcOffset)) {
    refuse(`utcOffset must be a number of minutes, received ${show(utcOffset)}`, 'Use e.g. -300');
  }
  if (initialDelay !== undefined && !isNotNegative(initialDelay)) {
    refuse(
      `initialDelay must be a number of ms, not negative, received ${show(initialDelay)}`,
      'Use e.g. 5_000',
    );
  }
  try {
    new CronSlots(schedule.pattern, schedule);
  } catch (error) {
    refuse(
      `the cron time ${show(schedule.pattern)}${timeZone === undefined ? '' : ` in zone ${show(timeZone)}`} is not understood: ${(error as Error).message}`,
      'Use a pattern of five or six fields, a value of CronExpression or a Date, and an IANA time zone',
      error,
    );
  }
}

function validateOptions(options: WorkerOptions, refuse: Refuse): void {
  for (const name of ['timeLimit', 'startDeadline', 'stallAfter'] as const) {
    const value: unknown = options[name];
    if (value !== undefined && !isPositive(value)) {
      refuse(
        `${name} must be a positive number of ms, received ${show(value)}`,
        'Use e.g. 60_000, or leave it out',
      );
    }
  }
  oneOf('misfire', options.misfire, ['fire-once', 'skip', 'fire-all'], refuse);
  oneOf('onInterrupted', options.onInterrupted, ['skip', 'rerun'], refuse);
}

function oneOf(name: string, value: unknown, allowed: readonly string[], refuse: Refuse): void {
  if (value === undefined || allowed.includes(value as string)) return;
  refuse(
    `${name} must be one of ${allowed.map(show).join(', ')}, received ${show(value)}`,
    'Correct it, or leave it out',
  );
}

function isPositive(value: unknown): boolean {
  return typeof value === 'number' && value > 0 && value < Infinity;
}

function isNotNegative(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value < Infinity;
}
