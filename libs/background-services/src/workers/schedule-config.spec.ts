import { describe, expect, it } from '@jest/globals';
import { describeSchedule, type ScheduleConfig, toScheduleSpec } from './schedule-config.js';
import type { ScheduleSpec } from './worker-definition.js';

describe('toScheduleSpec', () => {
  const at = new Date('2026-06-01');
  const cases: readonly (readonly [ScheduleConfig, ScheduleSpec])[] = [
    [{ every: 1_000 }, { kind: 'interval', every: 1_000 }],
    [{ after: 0 }, { kind: 'timeout', delay: 0 }],
    [{ cron: '* * * * *' }, { kind: 'cron', pattern: '* * * * *' }],
    [{ cron: at }, { kind: 'cron', pattern: at }],
    [
      { cron: '0 4 * * *', timeZone: 'America/New_York', initialDelay: 5, disabled: true },
      { kind: 'cron', pattern: '0 4 * * *', timeZone: 'America/New_York', initialDelay: 5, disabled: true },
    ],
    [
      { cron: '0 4 * * *', utcOffset: -300 },
      { kind: 'cron', pattern: '0 4 * * *', utcOffset: -300 },
    ],
    [{ continuous: true }, { kind: 'continuous', minBackoff: 1_000, maxBackoff: 30_000 }],
    [
      { continuous: true, minBackoff: 5, maxBackoff: 50 },
      { kind: 'continuous', minBackoff: 5, maxBackoff: 50 },
    ],
  ];

  it.each(cases)('takes %j for what it says', (config, spec) => {
    expect(toScheduleSpec(config)).toEqual(spec);
  });
});

describe('describeSchedule', () => {
  const cases: readonly (readonly [ScheduleSpec, string])[] = [
    [{ kind: 'interval', every: 1_000 }, 'every 1000 ms'],
    [{ kind: 'timeout', delay: 5_000 }, 'once a term, after 5000 ms'],
    [{ kind: 'continuous', minBackoff: 1, maxBackoff: 2 }, 'continuous'],
    [{ kind: 'cron', pattern: '0 4 * * *' }, '0 4 * * *'],
    [{ kind: 'cron', pattern: '0 4 * * *', timeZone: 'America/New_York' }, '0 4 * * * (America/New_York)'],
    [{ kind: 'cron', pattern: '0 4 * * *', utcOffset: 0 }, '0 4 * * * (UTC offset 0 min)'],
    [{ kind: 'cron', pattern: new Date('2026-06-01') }, '2026-06-01T00:00:00.000Z'],
  ];

  it.each(cases)('puts %j into words', (spec, words) => {
    expect(describeSchedule(spec)).toBe(words);
  });
});
