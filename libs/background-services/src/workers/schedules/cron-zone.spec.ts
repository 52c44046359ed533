import { describe, expect, it } from '@jest/globals';
import { CronTime } from 'cron';
import { CronSlots } from './cron-slots.js';
import { resolveZone } from './cron-zone.js';

describe('the zone of a cron worker', () => {
  it.each([
    ['America/New_York', { name: 'America/New_York' }],
    ['Etc/GMT+3', { name: 'Etc/GMT+3' }],
    ['local', { name: undefined }],
    ['System', { name: undefined }],
    ['default', { name: undefined }],
    ['utc', { offset: 0 }],
    ['GMT', { offset: 0 }],
    ['UTC+3', { offset: 180 }],
    ['utc-5', { offset: -300 }],
    ['UTC-00:30', { offset: -30 }],
    ['utc+05:45', { offset: 345 }],
  ])('is read as `cron` reads it: "%s"', (timeZone, expected) => {
    expect(resolveZone({ timeZone })).toEqual(expected);
  });

  it.each([
    'UTC+3',
    'utc-5',
    'UTC-00:30',
    'utc+5:45',
    'utc+14',
    'UTC+20',
    'gmt',
    'UTC',
    'Asia/Kolkata',
    'etc/gmt+3',
  ])('has the same slots as in `cron`: "%s"', (timeZone) => {
    const start = new Date('2026-06-01T00:00:00Z');
    const [first, second] = [1, 2].map((count) => {
      const time = new CronTime('15 4 * * 1', timeZone);
      const runs = [start];
      while (runs.length <= count) runs.push(time.getNextDateFrom(runs.at(-1) ?? start, timeZone).toJSDate());
      return runs.at(-1)?.getTime() ?? NaN;
    });
    const slots = new CronSlots('15 4 * * 1', { timeZone });
    expect(slots.next(start.getTime())).toBe(first);
    expect(slots.within(start.getTime(), second ?? NaN)).toEqual([first, second]);
  });

  it.each(['local', 'system'])('is that of the machine: "%s"', (timeZone) => {
    const after = Date.parse('2026-01-15T00:00:00Z');
    expect(new CronSlots('0 4 * * *', { timeZone }).next(after)).toBe(
      new CronSlots('0 4 * * *', {}).next(after),
    );
  });

  it('is UTC where the name is empty, as in `cron`', () => {
    const first = new CronSlots('0 4 * * *', { timeZone: '' }).next(Date.parse('2026-01-15T00:00:00Z'));
    expect(new Date(first ?? NaN).toISOString()).toBe('2026-01-15T04:00:00.000Z');
    const zone = (new CronTime('0 4 * * *', '').sendAt() as unknown as { zoneName: string }).zoneName;
    expect(zone).toBe('UTC');
  });

  it.each(['UTC+3:5', 'UTC+', 'utc+100', 'GMT+3', 'Mars/Olympus', ' '])(
    'is refused where it is none, as in `cron`: "%s"',
    (timeZone) => {
      expect(() => new CronTime('* * * * *', timeZone)).toThrow();
      expect(() => new CronSlots('* * * * *', { timeZone })).toThrow();
    },
  );

  it.each([-300, 0, 330, 870, -840, 900, 1_500, -5_999])('may be %d minutes, as in `cron`', (utcOffset) => {
    const sent = new CronTime('0 4 * * *', null, utcOffset).sendAt().toMillis();
    // Its own clock cannot be set; a slot is one in both.
    expect(new CronSlots('0 4 * * *', { utcOffset }).next(sent - 1)).toBe(sent);
  });

  it.each([0.5, NaN, Infinity, 6_000])('is refused where `cron` cannot use it: %d minutes', (utcOffset) => {
    expect(() => new CronTime('0 4 * * *', null, utcOffset).sendAt()).toThrow();
    expect(() => new CronSlots('0 4 * * *', { utcOffset })).toThrow(
      'utcOffset must be a whole number of minutes',
    );
  });
});
