import { cut, describeError, show } from '../errors/index.js';
import { LONGEST_DURATION } from '../schema/index.js';
import { CronSlots, type ScheduleConfig, type ScheduleSpec, toScheduleSpec } from '../workers/index.js';
import { readable } from './readable.js';
import { SCHEDULE_CONFIGS } from './schema.js';
import { refuseIfWrong, type Wrong, wrongFields } from './wrong-fields.js';

/**
 * The schedule that a configuration means; none: for as long as this replica leads.
 * @throws InvalidWorkerError if it is not exactly one kind, because it would run as another kind or not at all
 */
export function readSchedule(place: string, config: unknown): ScheduleSpec {
  if (config === undefined) return toScheduleSpec({ continuous: true });
  return readable(place, () => {
    refuseIfWrong(place, wrongConfig(config));
    return toScheduleSpec(config as ScheduleConfig);
  });
}

/** What does not go together in a schedule whose fields are right. */
export function wrongSchedule(schedule: ScheduleSpec): readonly Wrong[] {
  switch (schedule.kind) {
    case 'interval':
    case 'timeout':
      return [];
    case 'continuous':
      return wrongBackoff(schedule);
    case 'cron':
      return wrongCron(schedule);
  }
}

function wrongConfig(config: unknown): readonly Wrong[] {
  const kinds = Object.keys(SCHEDULE_CONFIGS) as (keyof typeof SCHEDULE_CONFIGS)[];
  const [kind, another] =
    typeof config === 'object' && config !== null ? kinds.filter((name) => name in config) : [];
  if (!kind || another) {
    const received = another ? 'more' : show(config);
    const problem = `the schedule must be an object with exactly one of ${kinds.join(', ')}, received ${received}`;
    return [{ problem, cure: 'Use e.g. { every: 30_000 } or { cron: "0 4 * * *" }' }];
  }
  const { continuous } = config as { readonly continuous?: unknown };
  if (kind === 'continuous' && continuous !== true)
    return [
      { problem: `continuous must be true, received ${show(continuous)}`, cure: 'Use { continuous: true }' },
    ];
  return wrongFields('the schedule', SCHEDULE_CONFIGS[kind], config);
}

function wrongBackoff({ minBackoff, maxBackoff }: ScheduleSpec & { kind: 'continuous' }): readonly Wrong[] {
  const isDuration = (value: unknown) => typeof value === 'number' && value > 0 && value <= LONGEST_DURATION;
  if (isDuration(minBackoff) && isDuration(maxBackoff) && minBackoff <= maxBackoff) return [];
  return [
    {
      problem: `0 < minBackoff <= maxBackoff must hold, received ${show(minBackoff)} and ${show(maxBackoff)}`,
      cure: 'Use e.g. { minBackoff: 1_000, maxBackoff: 30_000 }',
    },
  ];
}

function wrongCron(schedule: ScheduleSpec & { kind: 'cron' }): readonly Wrong[] {
  const { pattern, timeZone, utcOffset } = schedule;
  if (timeZone !== undefined && utcOffset !== undefined)
    return [{ problem: 'timeZone and utcOffset are both given', cure: 'Give one of the two' }];
  try {
    new CronSlots(pattern, schedule);
    return [];
  } catch (cause) {
    const zone = timeZone === undefined ? '' : ` in zone ${show(timeZone)}`;
    return [
      {
        problem: `the cron time ${show(pattern)}${zone} is not understood: ${reasonOf(cause)}`,
        cure: 'Use a pattern of five or six fields as the `cron` package reads them, a value of CronExpression or a Date, and an IANA time zone',
        cause,
      },
    ];
  }
}

/** The parser may repeat the pattern. */
function reasonOf(error: unknown): string {
  return cut(describeError(error).message, 200);
}
