import { describe, expect, it } from '@jest/globals';
import {
  describeGap,
  duplicatesOf,
  gapsOf,
  type Iteration,
  iterationOf,
  overrunsOf,
  scheduleOf,
} from './iterations.js';

const interval = { kind: 'interval', every: 1_000 } as const;
const cron = { kind: 'cron' } as const;

function iteration(startedAt: number, more: Partial<Iteration> = {}): Iteration {
  const who = { worker: 'prices', key: 'prices:leader', token: 1, replica: 'A-1' };
  return { ...who, scheduledAt: startedAt, startedAt, duration: 10, ...more };
}

describe('iterationOf', () => {
  it('reads a line of the host', () => {
    const told = {
      ...iteration(0),
      scheduledAt: '2026-01-01T00:00:00.000Z',
      startedAt: '2026-01-01T00:00:00.005Z',
    };
    const line = `[Nest] 4711  - 01/01/2026, 12:00:00 AM     LOG [Iterations] ${JSON.stringify(told)} +3ms`;
    const at = Date.UTC(2026, 0, 1);
    expect(iterationOf(line)).toEqual(iteration(0, { scheduledAt: at, startedAt: at + 5 }));
  });

  it('finds none in other lines', () => {
    expect(iterationOf('[Nest] 4711  - LOG [Other] {"worker":"prices"}')).toBeUndefined();
  });
});

describe('scheduleOf', () => {
  it.each([
    ['every 1000 ms', interval],
    ['cron "0 4 * * *" in America/New_York', cron],
    ['continuous', { kind: 'continuous' }],
  ])('%s', (words, schedule) => expect(scheduleOf(words)).toEqual(schedule));
});

describe('gapsOf', () => {
  const lengths = (...of: Parameters<typeof gapsOf>) => gapsOf(...of).map(({ length }) => length);

  it('goes from start to start of an interval worker, whatever the order of the log', () => {
    expect(lengths([iteration(2_100), iteration(0), iteration(1_000)], interval)).toEqual([1_000, 1_100]);
  });

  it('leaves out the tick that a long iteration made its own leader skip, and no hand-over', () => {
    // Due at 0, begun a little late, and over a little after the next one was due.
    const long = iteration(60, { scheduledAt: 0, duration: 950 });
    expect(lengths([long, iteration(2_000)], interval)).toEqual([]);
    expect(overrunsOf([long, iteration(2_000)], interval)).toEqual([long]);
    expect(lengths([long, iteration(2_000, { token: 2 })], interval)).toEqual([1_940]);
  });

  it('goes from slot to start of a cron worker, and leaves out what was triggered', () => {
    const slots = [iteration(60_020, { scheduledAt: 60_000 }), iteration(61_234)];
    expect(lengths(slots, cron)).toEqual([20]);
  });

  it('goes from end to start of a continuous worker', () => {
    expect(lengths([iteration(0, { duration: 500 }), iteration(530)], { kind: 'continuous' })).toEqual([30]);
  });
});

describe('describeGap', () => {
  it('says how long, and between whom', () => {
    const [gap] = gapsOf([iteration(0), iteration(1_508, { replica: 'B-1' })], interval);
    expect(describeGap(gap!)).toBe(
      '1508 ms until B-1 ran prices at 1970-01-01T00:00:01.508Z, after A-1, which had taken 10 ms',
    );
  });
});

describe('duplicatesOf', () => {
  it('finds none where one follows another', () => {
    const followed = [iteration(0), iteration(1_000), iteration(2_050, { token: 2 })];
    expect(duplicatesOf(followed, interval, 100)).toEqual([]);
  });

  it('finds what overlaps', () => {
    const second = iteration(1_200, { token: 2 });
    expect(duplicatesOf([iteration(0, { duration: 1_500 }), second], interval, 100)).toEqual([second]);
  });

  it('finds what a new leader runs once more in the interval of the old one', () => {
    const again = iteration(1_500, { token: 2 });
    expect(duplicatesOf([iteration(1_000), again], interval, 100)).toEqual([again]);
  });

  it('lets one leader make good for a late tick', () => {
    expect(duplicatesOf([iteration(1_600), iteration(2_000)], interval, 100)).toEqual([]);
  });

  it('finds a cron slot that ran twice', () => {
    const again = iteration(60_500, { scheduledAt: 60_000, token: 2 });
    expect(duplicatesOf([iteration(60_000), again], cron, 100)).toEqual([again]);
  });
});
