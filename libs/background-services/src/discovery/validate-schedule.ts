import { cut, describeError, InvalidWorkerError, show } from '../errors/index.js';
import { CronSlots, type ScheduleConfig, type ScheduleSpec, toScheduleSpec } from '../workers/index.js';
import { readable } from './readable.js';
import { assertFields, isNotNegative, isPositive, type Refuse } from './rules.js';

/** The fields of each kind of `ScheduleConfig`; the first one says which kind it is. */
const FIELDS = {
  every: ['every'],
  cron: ['cron', 'timeZone', 'utcOffset', 'initialDelay', 'disabled'],
  after: ['after'],
  continuous: ['continuous', 'minBackoff', 'maxBackoff'],
} as const;

/**
 * The schedule that a configuration means; none: for as long as this replica leads.
 * @throws InvalidWorkerError if it is not exactly one kind, because it would run as another kind or not at all
 */
export function readSchedule(place: string, config: unknown): ScheduleSpec {
  return readable(place, () => specOf(place, config));
}

function specOf(place: string, config: unknown): ScheduleSpec {
  if (config === undefined) return toScheduleSpec({ continuous: true });
  const refuse = (problem: string, cure: string) => {
    throw new InvalidWorkerError(place, problem, cure);
  };
  const kinds = Object.keys(FIELDS) as (keyof typeof FIELDS)[];
  const [kind, another] =
    typeof config === 'object' && config !== null ? kinds.filter((name) => name in config) : [];
  if (!kind || another) {
    throw new InvalidWorkerError(
      place,
      `the schedule must be an object with exactly one of ${kinds.join(', ')}, received ${another ? 'more' : show(config)}`,
      'Use e.g. { every: 30_000 } or { cron: "0 4 * * *" }',
    );
  }
  assertFields('the schedule', config, FIELDS[kind], refuse);
  const { continuous } = config as { readonly continuous?: unknown };
  if (kind === 'continuous' && continuous !== true)
    refuse(`continuous must be true, received ${show(continuous)}`, 'Use { continuous: true }');
  return toScheduleSpec(config as ScheduleConfig);
}

export function validateSchedule(schedule: ScheduleSpec, refuse: Refuse): void {
  switch (schedule.kind) {
    case 'interval':
      if (!isPositive(schedule.every)) {
        refuse(
          `the interval must be a positive number of ms, received ${show(schedule.every)}`,
          'Use e.g. 30_000 for 30 s',
        );
      }
      // No timer is finer, and a grid that is has more ticks than can be counted.
      if (schedule.every < 1)
        refuse(`the interval must be at least 1 ms, received ${schedule.every}`, 'Use e.g. 30_000 for 30 s');
      return;
    case 'timeout':
      if (!isNotNegative(schedule.delay)) {
        refuse(
          `the delay must be a number of ms, not negative, received ${show(schedule.delay)}`,
          'Use e.g. 5_000 for 5 s',
        );
      }
      return;
    case 'continuous': {
      const { minBackoff, maxBackoff } = schedule;
      if (!isPositive(minBackoff) || !isPositive(maxBackoff) || maxBackoff < minBackoff) {
        refuse(
          `0 < minBackoff <= maxBackoff must hold, received ${show(minBackoff)} and ${show(maxBackoff)}`,
          'Use e.g. { minBackoff: 1_000, maxBackoff: 30_000 }',
        );
      }
      return;
    }
    case 'cron':
      validateCron(schedule, refuse);
  }
}

function validateCron(schedule: ScheduleSpec & { kind: 'cron' }, refuse: Refuse): void {
  const { timeZone, utcOffset, disabled, ...rest } = schedule as Partial<Record<string, unknown>>;
  if (timeZone !== undefined && utcOffset !== undefined)
    refuse('timeZone and utcOffset are both given', 'Give one of the two');
  if (timeZone !== undefined && typeof timeZone !== 'string')
    refuse(`timeZone must be an IANA name, received ${show(timeZone)}`, 'Use e.g. "America/New_York"');
  if (utcOffset !== undefined && !Number.isFinite(utcOffset))
    refuse(`utcOffset must be a number of minutes, received ${show(utcOffset)}`, 'Use e.g. -300');
  if (disabled !== undefined && typeof disabled !== 'boolean')
    refuse(`disabled must be a boolean, received ${show(disabled)}`, 'Use true or false');
  for (const name of ['initialDelay', 'threshold']) {
    const value = rest[name];
    if (value !== undefined && !isNotNegative(value))
      refuse(`${name} must be a number of ms, not negative, received ${show(value)}`, 'Use e.g. 5_000');
  }
  try {
    new CronSlots(schedule.pattern, schedule);
  } catch (error) {
    const zone = timeZone === undefined ? '' : ` in zone ${show(timeZone)}`;
    refuse(
      `the cron time ${show(schedule.pattern)}${zone} is not understood: ${reasonOf(error)}`,
      'Use a pattern of five or six fields, a value of CronExpression or a Date, and an IANA time zone',
      error,
    );
  }
}

/** The parser may repeat the pattern. */
function reasonOf(error: unknown): string {
  return cut(describeError(error).message, 200);
}
