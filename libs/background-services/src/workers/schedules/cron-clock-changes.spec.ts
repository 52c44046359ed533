import { afterEach, describe, expect, it } from '@jest/globals';
import { CronTime } from 'cron';
import { background, boot, closeApps, managerOf } from '../../spec-support/boot.js';
import { BackgroundTestingKit } from '../../testing/index.js';
import { CronSlots } from './cron-slots.js';

/*
 * The README's table "Clock changes", cell by cell, in six zones: what a pattern runs at on the day of a change, and what the `cron` package
 * makes of it. Times are the zone's own, with the offset from UTC that they belong to.
 */

interface Night {
  readonly zone: string;
  /** An instant of the evening before; what comes in the six hours after it counts. */
  readonly evening: string;
  readonly cells: readonly Cell[];
}

/** A pattern, what runs here, and what `cron` 4.4 runs where that is something else. */
type Cell = readonly [pattern: string, ours: string, cron?: string];

const SIX_HOURS = 6 * 3_600_000;

const SPRING: readonly Night[] = [
  {
    zone: 'America/New_York',
    evening: '2026-03-08T03:50:00Z',
    cells: [
      ['30 2 * * *', '03:00-4'],
      ['0 3 * * *', '03:00-4'],
      ['0,30 2 * * *', '03:00-4'],
      ['30 2,3 * * *', '03:00-4 03:30-4'],
      ['*/30 2 * * *', '03:00-4'],
      ['* 2 * * *', '03:00-4'],
      ['0 */2 * * *', '00:00-5 03:00-4 04:00-4'],
      [
        '30 * * * *',
        '23:30-5 00:30-5 01:30-5 03:30-4 04:30-4 05:30-4',
        '23:30-5 00:30-5 01:30-5 03:00-4 03:30-4 04:30-4 05:30-4',
      ],
    ],
  },
  {
    zone: 'Europe/Berlin',
    evening: '2026-03-28T22:50:00Z',
    cells: [
      ['30 2 * * *', '03:00+2'],
      ['*/30 2 * * *', '03:00+2'],
      ['* 2 * * *', '03:00+2'],
      [
        '30 * * * *',
        '00:30+1 01:30+1 03:30+2 04:30+2 05:30+2 06:30+2',
        '00:30+1 01:30+1 03:00+2 03:30+2 04:30+2 05:30+2 06:30+2',
      ],
    ],
  },
  {
    zone: 'Europe/London',
    evening: '2026-03-28T22:50:00Z',
    cells: [
      ['30 1 * * *', '02:00+1'],
      ['*/30 1 * * *', '02:00+1'],
      ['* 1 * * *', '02:00+1'],
      [
        '30 * * * *',
        '23:30+0 00:30+0 02:30+1 03:30+1 04:30+1 05:30+1',
        '23:30+0 00:30+0 02:00+1 02:30+1 03:30+1 04:30+1 05:30+1',
      ],
    ],
  },
  {
    zone: 'Australia/Sydney',
    evening: '2026-10-03T13:50:00Z',
    cells: [
      ['30 2 * * *', '03:00+11', '03:30+11'],
      ['*/30 2 * * *', '03:00+11'],
      ['* 2 * * *', '03:00+11'],
      ['30 * * * *', '00:30+10 01:30+10 03:30+11 04:30+11 05:30+11 06:30+11'],
    ],
  },
  {
    zone: 'Australia/Lord_Howe',
    evening: '2026-10-03T13:20:00Z',
    cells: [
      ['15 2 * * *', '02:30+11', '01:45+10:30 02:45+11'],
      ['*/15 2 * * *', '02:30+11 02:45+11', '01:30+10:30 02:30+11 02:45+11'],
      [
        '15 * * * *',
        '00:15+10:30 01:15+10:30 03:15+11 04:15+11 05:15+11 06:15+11',
        '00:15+10:30 01:15+10:30 01:45+10:30 02:45+11 03:15+11 04:15+11 05:15+11 06:15+11',
      ],
    ],
  },
  {
    zone: 'Africa/Cairo',
    evening: '2026-04-23T19:50:00Z',
    cells: [
      ['0 0 * * *', '01:00+3'],
      ['30 0 * * *', '01:00+3'],
      ['*/30 0 * * *', '01:00+3'],
      ['* 0 * * *', '01:00+3'],
      [
        '30 * * * *',
        '22:30+2 23:30+2 01:30+3 02:30+3 03:30+3 04:30+3',
        '22:30+2 23:30+2 01:00+3 01:30+3 02:30+3 03:30+3 04:30+3',
      ],
    ],
  },
];

const AUTUMN: readonly Night[] = [
  {
    zone: 'America/New_York',
    evening: '2026-11-01T03:50:00Z',
    cells: [
      ['30 1 * * *', '01:30-4'],
      ['0,30 1 * * *', '01:00-4 01:30-4'],
      ['30 2 * * *', '02:30-5', '01:30-5 02:30-5'],
      ['*/30 1 * * *', '01:00-4 01:30-4 01:00-5 01:30-5', '01:00-4 01:30-4'],
      [
        '*/30 0-1 * * *',
        '00:00-4 00:30-4 01:00-4 01:30-4 01:00-5 01:30-5',
        '00:00-4 00:30-4 01:00-4 01:30-4',
      ],
      ['*/30 0-2 * * *', '00:00-4 00:30-4 01:00-4 01:30-4 01:00-5 01:30-5 02:00-5 02:30-5'],
      ['30 * * * *', '00:30-4 01:30-4 01:30-5 02:30-5 03:30-5 04:30-5'],
    ],
  },
  {
    zone: 'Europe/Berlin',
    evening: '2026-10-24T21:50:00Z',
    cells: [
      ['30 2 * * *', '02:30+2'],
      ['0 3 * * *', '03:00+1', '02:00+1 03:00+1'],
      ['*/30 2 * * *', '02:00+2 02:30+2 02:00+1 02:30+1', '02:00+2 02:30+2'],
      ['0 */2 * * *', '00:00+2 02:00+2 02:00+1 04:00+1', '00:00+2 02:00+2 04:00+1'],
      ['30 * * * *', '00:30+2 01:30+2 02:30+2 02:30+1 03:30+1 04:30+1'],
    ],
  },
  {
    zone: 'Europe/London',
    evening: '2026-10-24T21:50:00Z',
    cells: [
      ['30 1 * * *', '01:30+1'],
      ['0 2 * * *', '02:00+0', '01:00+0 02:00+0'],
      ['*/30 1 * * *', '01:00+1 01:30+1 01:00+0 01:30+0', '01:00+1 01:30+1'],
      ['30 * * * *', '23:30+1 00:30+1 01:30+1 01:30+0 02:30+0 03:30+0'],
    ],
  },
  {
    zone: 'Australia/Sydney',
    evening: '2026-04-04T12:50:00Z',
    cells: [
      ['30 2 * * *', '02:30+11'],
      ['0 3 * * *', '03:00+10', '02:00+10 03:00+10'],
      ['*/30 2 * * *', '02:00+11 02:30+11 02:00+10 02:30+10', '02:00+11 02:30+11'],
      ['30 * * * *', '00:30+11 01:30+11 02:30+11 02:30+10 03:30+10 04:30+10'],
    ],
  },
  {
    zone: 'Australia/Lord_Howe',
    evening: '2026-04-04T12:50:00Z',
    cells: [
      ['45 1 * * *', '01:45+11'],
      ['15 2 * * *', '02:15+10:30', '01:45+10:30 02:15+10:30'],
      ['30 2 * * *', '02:30+10:30', '01:30+11 01:30+10:30 02:30+10:30'],
      [
        '*/15 1 * * *',
        '01:00+11 01:15+11 01:30+11 01:45+11 01:30+10:30 01:45+10:30',
        '01:00+11 01:15+11 01:30+11 01:45+11',
      ],
      ['45 * * * *', '00:45+11 01:45+11 01:45+10:30 02:45+10:30 03:45+10:30 04:45+10:30'],
    ],
  },
  {
    zone: 'Africa/Cairo',
    evening: '2026-10-29T18:50:00Z',
    cells: [
      ['30 23 * * *', '23:30+3'],
      ['0 0 * * *', '00:00+2', '23:00+2 00:00+2'],
      ['*/30 23 * * *', '23:00+3 23:30+3 23:00+2 23:30+2', '23:00+3 23:30+3'],
      ['30 * * * *', '22:30+3 23:30+3 23:30+2 00:30+2 01:30+2 02:30+2'],
    ],
  },
];

const cells = (nights: readonly Night[]) =>
  nights.flatMap(({ zone, evening, cells }) =>
    cells.map(([pattern, ours, cron]) => [pattern, zone, evening, ours, cron ?? ours] as const),
  );

describe.each([
  ['forward', cells(SPRING)],
  ['back', cells(AUTUMN)],
])('on a night on which the clocks go %s', (_direction, rows) => {
  it.each(rows)('"%s" in %s', (pattern, zone, evening, ours, cron) => {
    const start = Date.parse(evening);
    const slots = new CronSlots(pattern, { timeZone: zone }).within(start, start + SIX_HOURS);
    expect({ ours: show(slots, zone), cron: show(runsOfCron(pattern, zone, start), zone) }).toEqual({
      ours,
      cron,
    });
  });
});

it('"* 1 * * *" runs every minute of the repeated hour, both times, and the same ones listed backwards', () => {
  const start = Date.parse('2026-11-01T03:50:00Z');
  const slots = new CronSlots('* 1 * * *', { timeZone: 'America/New_York' });
  expect(slots.within(start, start + SIX_HOURS)).toHaveLength(120);
  // Of more than 1,000 the latest are listed, backwards from the end.
  const latest = slots.within(start - 30 * 86_400_000, start + SIX_HOURS);
  expect(latest).toHaveLength(1_000);
  expect(latest.slice(-120)).toEqual(slots.within(start, start + SIX_HOURS));
});

it('the slot at the end of a gap is listed backwards, too', () => {
  const until = Date.parse('2026-03-08T12:00:00Z');
  const slots = new CronSlots('* 2 * * *', { timeZone: 'America/New_York' });
  const latest = slots.within(until - 60 * 86_400_000, until);
  expect([latest.length, latest.at(-1)]).toEqual([1_000, Date.parse('2026-03-08T07:00:00Z')]);
});

describe('an interval', () => {
  afterEach(closeApps);

  it.each([
    ['forward', '2026-03-08T06:10:00Z'],
    ['back', '2026-11-01T04:10:00Z'],
  ])('is an hour long on every night, whichever way the clocks go: %s', async (_direction, start) => {
    const kit = new BackgroundTestingKit(new Date(start));
    const app = await boot({ imports: [background(kit)] });
    const runs: number[] = [];
    managerOf(app).register({
      name: 'hourly',
      key: 'hourly',
      schedule: { every: 3_600_000 },
      run: () => void runs.push(kit.clock.wall()),
    });
    await kit.clock.advance(4 * 3_600_000 + 60_000);
    expect(runs.map((run) => (run - (runs[0] ?? 0)) / 60_000)).toEqual([0, 60, 120, 180]);
  });
});

function runsOfCron(pattern: string, zone: string, start: number): readonly number[] {
  const time = new CronTime(pattern, zone);
  const runs: number[] = [];
  for (let run = next(start); run <= start + SIX_HOURS; run = next(run)) runs.push(run);
  return runs;

  function next(after: number): number {
    return time.getNextDateFrom(new Date(after), zone).toMillis();
  }
}

function show(times: readonly number[], timeZone: string): string {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'shortOffset',
  });
  return times.map((time) => format.format(time).replace(/ GMT$/, '+0').replace(' GMT', '')).join(' ');
}
