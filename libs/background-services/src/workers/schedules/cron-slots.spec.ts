import { describe, expect, it } from '@jest/globals';
import { CronExpression } from '@nestjs/schedule';
import { CronTime } from 'cron';
import { CronSlots, type CronZone } from './cron-slots.js';

const at = (text: string) => Date.parse(text);
const iso = (times: readonly number[]) => times.map((time) => new Date(time).toISOString());

/** The next slots after an instant, as text. */
function next(pattern: string | Date, zone: CronZone, after: string, count = 3): readonly string[] {
  const slots = new CronSlots(pattern, zone);
  const found: number[] = [];
  for (let slot = slots.next(at(after)); slot !== undefined && found.length < count; slot = slots.next(slot))
    found.push(slot);
  return iso(found);
}

const UTC = { timeZone: 'UTC' };

describe('CronSlots', () => {
  describe('patterns', () => {
    it('have five fields', () => {
      expect(next('30 4 * * *', UTC, '2026-01-01T00:00:00Z', 2)).toEqual([
        '2026-01-01T04:30:00.000Z',
        '2026-01-02T04:30:00.000Z',
      ]);
    });

    it('or six, of which the first are the seconds', () => {
      expect(next('*/20 59 23 * * *', UTC, '2026-01-01T00:00:00Z')).toEqual([
        '2026-01-01T23:59:00.000Z',
        '2026-01-01T23:59:20.000Z',
        '2026-01-01T23:59:40.000Z',
      ]);
    });

    it('find leap days', () => {
      expect(next('0 0 29 2 *', UTC, '2026-01-01T00:00:00Z', 2)).toEqual([
        '2028-02-29T00:00:00.000Z',
        '2032-02-29T00:00:00.000Z',
      ]);
    });

    it.each([
      '',
      '* * * *',
      '* * * * * * *',
      '0 0 1 1 * * 2026',
      'every minute',
      '60 * * * *',
      '* 24 * * *',
      '* * 0 * *',
      '* * * 13 *',
      '* * * * 8',
      '*/0 * * * *',
      '5-1 * * * *',
      '1,,2 * * * *',
      '@never',
    ])('are refused where they are not understood: "%s"', (pattern) => {
      expect(() => new CronSlots(pattern, UTC)).toThrow();
    });

    it.each(['0 0 30 2 *', '0 0 31 4,6,9,11 *'])(
      'are refused where no date matches, ever: "%s"',
      (pattern) => {
        expect(() => new CronSlots(pattern, UTC)).toThrow('no date matches it, ever');
      },
    );
  });

  describe('zones', () => {
    it('are IANA names', () => {
      expect(next('0 4 * * *', { timeZone: 'America/New_York' }, '2026-01-15T00:00:00Z', 1)).toEqual([
        '2026-01-15T09:00:00.000Z',
      ]);
    });

    it.each([
      [-300, '2026-01-15T09:00:00.000Z'],
      [0, '2026-01-15T04:00:00.000Z'],
      [330, '2026-01-15T22:30:00.000Z'],
    ])('or minutes of offset: %d', (utcOffset, expected) => {
      expect(next('0 4 * * *', { utcOffset }, '2026-01-15T00:00:00Z', 1)).toEqual([expected]);
    });

    it('or that of the machine', () => {
      const slot = new CronSlots('0 4 * * *', {}).next(at('2026-01-15T00:00:00Z'));
      expect(new Date(slot ?? 0).getHours()).toBe(4);
    });

    it.each(['Mars/Olympus', 'America/New York', ' '])(
      'are refused where there is none: "%s"',
      (timeZone) => {
        expect(() => new CronSlots('0 4 * * *', { timeZone })).toThrow();
      },
    );
  });

  describe('at a clock change', () => {
    it.each([
      [
        'Africa/Cairo, autumn: the hour before midnight comes twice, midnight once',
        '0 0 * * *',
        'Africa/Cairo',
        ['2026-10-28T21:00:00.000Z', '2026-10-29T22:00:00.000Z', '2026-10-30T22:00:00.000Z'],
      ],
      [
        'Africa/Cairo, autumn: a time in that hour runs the first time',
        '30 23 * * *',
        'Africa/Cairo',
        ['2026-10-28T20:30:00.000Z', '2026-10-29T20:30:00.000Z', '2026-10-30T21:30:00.000Z'],
      ],
      [
        'Africa/Cairo, spring: a midnight that does not exist runs when the clock has jumped',
        '0 0 * * *',
        'Africa/Cairo',
        ['2026-04-22T22:00:00.000Z', '2026-04-23T22:00:00.000Z', '2026-04-24T21:00:00.000Z'],
      ],
      [
        'Australia/Lord_Howe, autumn: half an hour comes twice, 2:15 once',
        '15 2 * * *',
        'Australia/Lord_Howe',
        ['2026-04-03T15:15:00.000Z', '2026-04-04T15:45:00.000Z', '2026-04-05T15:45:00.000Z'],
      ],
      [
        'Australia/Lord_Howe, spring: 2:15 does not exist and runs at 2:30',
        '15 2 * * *',
        'Australia/Lord_Howe',
        ['2026-10-02T15:45:00.000Z', '2026-10-03T15:30:00.000Z', '2026-10-04T15:15:00.000Z'],
      ],
      [
        'America/New_York, spring: 2:30 does not exist and runs at 3:00',
        '30 2 * * *',
        'America/New_York',
        ['2026-03-07T07:30:00.000Z', '2026-03-08T07:00:00.000Z', '2026-03-09T06:30:00.000Z'],
      ],
      [
        'America/New_York, autumn: 1:30 comes twice and runs the first time',
        '30 1 * * *',
        'America/New_York',
        ['2026-10-31T05:30:00.000Z', '2026-11-01T05:30:00.000Z', '2026-11-02T06:30:00.000Z'],
      ],
      [
        'Europe/Berlin, spring: 2:30 does not exist and runs at 3:00',
        '0 30 2 * * *',
        'Europe/Berlin',
        ['2026-03-28T01:30:00.000Z', '2026-03-29T01:00:00.000Z', '2026-03-30T00:30:00.000Z'],
      ],
      [
        'Europe/Berlin, autumn: 2:30 comes twice and runs the first time',
        '30 2 * * *',
        'Europe/Berlin',
        ['2026-10-24T00:30:00.000Z', '2026-10-25T00:30:00.000Z', '2026-10-26T01:30:00.000Z'],
      ],
      [
        'America/New_York, spring: of two times in a list both run, the missing one at the jump',
        '30 2,3 * * *',
        'America/New_York',
        ['2026-03-08T07:00:00.000Z', '2026-03-08T07:30:00.000Z', '2026-03-09T06:30:00.000Z'],
      ],
      [
        'America/New_York, autumn: every hour is every hour',
        '0 * * * *',
        'America/New_York',
        ['2026-11-01T05:00:00.000Z', '2026-11-01T06:00:00.000Z', '2026-11-01T07:00:00.000Z'],
      ],
      [
        'America/New_York, spring: every hour is every hour',
        '0 * * * *',
        'America/New_York',
        ['2026-03-08T06:00:00.000Z', '2026-03-08T07:00:00.000Z', '2026-03-08T08:00:00.000Z'],
      ],
    ])('%s', (_what, pattern, timeZone, expected) => {
      const before = new Date(at(expected[0] ?? '') - 1).toISOString();
      expect(next(pattern, { timeZone }, before)).toEqual(expected);
    });

    it.each([
      ['0 0 * * *', 'Africa/Cairo'],
      ['30 23 * * *', 'Africa/Cairo'],
      ['15 2 * * *', 'Australia/Lord_Howe'],
      ['45 1 * * *', 'Australia/Lord_Howe'],
      ['30 2 * * *', 'America/New_York'],
      ['30 1 * * *', 'America/New_York'],
      ['30 2 * * *', 'Europe/Berlin'],
      ['0 0 * * *', 'America/Sao_Paulo'],
      ['59 23 * * *', 'Asia/Beirut'],
    ])('"%s" in %s is one slot on every day of the year', (pattern, timeZone) => {
      const day = new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' });
      const slots = new CronSlots(pattern, { timeZone }).within(
        at('2026-01-01T12:00:00Z'),
        at('2027-01-01T12:00:00Z'),
      );
      expect(slots).toHaveLength(365);
      expect(new Set(slots.map((slot) => day.format(slot))).size).toBe(365);
    });
  });

  describe('a Date', () => {
    const slots = new CronSlots(new Date('2026-06-01T10:00:00.500Z'), {});

    it('is one slot', () => {
      expect(slots.next(at('2026-06-01T10:00:00.499Z'))).toBe(at('2026-06-01T10:00:00.500Z'));
      expect(slots.next(at('2026-06-01T10:00:00.500Z'))).toBeUndefined();
    });

    it('lies in a period or does not', () => {
      const slot = at('2026-06-01T10:00:00.500Z');
      expect(slots.within(slot - 1, slot)).toEqual([slot]);
      expect(slots.within(slot, slot + 1)).toEqual([]);
      expect(slots.within(slot - 2, slot - 1)).toEqual([]);
    });

    it('may have passed', () => {
      expect(new CronSlots(new Date(0), {}).next(at('2026-01-01T00:00:00Z'))).toBeUndefined();
    });

    it('is refused where it is none', () => {
      expect(() => new CronSlots(new Date('soon'), {})).toThrow('the Date is invalid');
    });
  });

  describe('next', () => {
    it('is later than what it is asked for, to the millisecond', () => {
      const slots = new CronSlots('* * * * * *', UTC);
      expect(slots.next(1_000)).toBe(2_000);
      expect(slots.next(1_001)).toBe(2_000);
      expect(slots.next(1_999)).toBe(2_000);
      expect(slots.next(2_000)).toBe(3_000);
    });
  });

  describe('within', () => {
    const minutes = new CronSlots('* * * * *', UTC);

    it('lists the slots after the one and up to the other instant', () => {
      expect(minutes.within(0, 180_000)).toEqual([60_000, 120_000, 180_000]);
      expect(minutes.within(-1, 59_999)).toEqual([0]);
      expect(minutes.within(60_000, 60_000)).toEqual([]);
      expect(minutes.within(180_000, 0)).toEqual([]);
    });

    it('lists up to 1,000 slots', () => {
      const slots = minutes.within(0, 1_000 * 60_000);
      expect([slots.length, slots[0], slots.at(-1)]).toEqual([1_000, 60_000, 60_000_000]);
    });

    it('lists the latest 1,000 of more, the last instant included', () => {
      const until = at('2026-01-01T00:00:00Z');
      const slots = minutes.within(at('2025-01-01T00:00:00Z'), until);
      expect(slots).toHaveLength(1_000);
      expect(slots.at(-1)).toBe(until);
      expect(slots[0]).toBe(until - 999 * 60_000);
    });

    it('lists them in order and without the instants between, whatever milliseconds it is asked for', () => {
      const until = at('2026-01-01T00:00:00.750Z');
      const slots = new CronSlots('* * * * * *', UTC).within(0, until);
      expect([slots.length, slots.at(-1)]).toEqual([1_000, until - 750]);
      expect(slots).toEqual([...slots].sort((a, b) => a - b));
    });

    it('lists the same ones backwards as forwards across a clock change', () => {
      const slots = new CronSlots('*/10 * * * *', { timeZone: 'Europe/Berlin' });
      const until = at('2026-10-26T00:00:00Z');
      const latest = slots.within(at('2026-01-01T00:00:00Z'), until);
      const forwards = slots.within(latest[0] ?? 0, until);
      expect(forwards).toEqual(latest.slice(1));
    });
  });

  describe('beside the `cron` package, which runs undecorated methods', () => {
    /** The next runs as the `cron` package sees them. */
    function ofCron(pattern: string, after: string, count: number): readonly string[] {
      const time = new CronTime(pattern, 'UTC');
      const runs: string[] = [];
      let last = new Date(after);
      while (runs.length < count) {
        last = time.getNextDateFrom(last, 'UTC').toJSDate();
        runs.push(last.toISOString());
      }
      return runs;
    }

    it.each(Object.entries(CronExpression))('%s means the same', (_name, pattern) => {
      const after = '2026-02-27T23:59:30Z';
      expect(next(pattern, UTC, after, 5)).toEqual(ofCron(pattern, after, 5));
    });

    it.each([
      '0/15 * * * *',
      '5/20 8-18/2 * * *',
      '0 0 1-31 * 1',
      '0 0 */1 * MON',
      '0 0 13 * 0-6',
      '0 0 13 * 1-7',
      '0 0 13 * sun-SAT',
      '0 0 13 * */1',
      '0 0 1-15,16-31 * 5',
      '0 0 13 * FRI',
      '0 0 */2 * 1',
      '0 0 1,15 * 3',
      '0 0 * * 7',
      '0 0 1 JAN,jul *',
      '10,40 9-17 * * mon-fri',
      '  0   0  *  *  * ',
      '@hourly',
      '@daily',
      '@weekly',
      '@monthly',
      '@yearly',
      '@secondly',
      '@minutely',
      '@weekdays',
      '@WEEKENDS',
      '0 9 * * 1/2',
      '0 9 * * 7/2',
      '*/90 * * * *',
      '*/120 * * * *',
    ])('"%s" means the same', (pattern) => {
      const after = '2026-02-27T23:59:30Z';
      expect(next(pattern, UTC, after, 5)).toEqual(ofCron(pattern, after, 5));
    });

    it('means the same by random patterns', () => {
      for (let seed = 1; seed <= 300; seed++) {
        const pattern = randomPattern(seed);
        expect([pattern, next(pattern, UTC, '2026-02-27T23:59:30Z', 2)]).toEqual([
          pattern,
          ofCron(pattern, '2026-02-27T23:59:30Z', 2),
        ]);
      }
    });
  });
});

/** A pattern that both packages take; the same one for the same seed. */
function randomPattern(seed: number): string {
  let state = seed;
  const below = (n: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >> 8) % n;
  };
  const field = (low: number, high: number): string => {
    const some = () => low + below(high - low + 1);
    const [from, to] = [some(), some()].sort((a, b) => a - b);
    const step = 1 + below(Math.min(high - low, 9));
    const items = [
      '*',
      '*',
      `${some()}`,
      `${from}-${to}`,
      `*/${step}`,
      `${from}-${to}/${step}`,
      `${low}-${high}`,
    ];
    const item = items[below(items.length)] ?? '*';
    return below(5) === 0 ? `${item},${some()}` : item;
  };
  return [field(0, 59), field(0, 23), field(1, 28), field(1, 12), field(0, 6)].join(' ');
}
