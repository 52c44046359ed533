import { describe, expect, it } from '@jest/globals';
import { MarketHours } from '../market/market-hours.js';
import { instantOf } from '../market/new-york-time.js';
import { planCatchUp } from './catch-up.js';

const MINUTE = 60_000;
const always = new MarketHours('always');
const nyse = new MarketHours('nyse');
/** 2026-11-20 is a Friday. */
const at = (day: string, hour: number, minute = 0) => Number(instantOf(day, hour * 60 + minute));

describe('planCatchUp', () => {
  it('builds the minute that has just ended', () => {
    const now = at('2026-11-20', 12, 5) + 40;
    expect(planCatchUp(at('2026-11-20', 12, 3), now, always)).toEqual({
      hours: [[at('2026-11-20', 12, 4)]],
      skipped: 0,
    });
  });

  it('has nothing to do twice in a minute', () => {
    expect(planCatchUp(at('2026-11-20', 12, 4), at('2026-11-20', 12, 5) + 30_000, always).hours).toEqual([]);
  });

  it('begins a market without candles with the last whole hour', () => {
    const { hours, skipped } = planCatchUp(undefined, at('2026-11-20', 12, 5), always);
    expect(hours.map((minutes) => [minutes[0], minutes.length])).toEqual([
      [at('2026-11-20', 11), 60],
      [at('2026-11-20', 12), 5],
    ]);
    expect(skipped).toBe(0);
  });

  it('goes on over a failover without a gap, an hour of the clock at a time', () => {
    const { hours } = planCatchUp(at('2026-11-20', 10, 57), at('2026-11-20', 12, 2), always);
    expect(hours.map(({ length }) => length)).toEqual([2, 60, 2]);
    const minutes = hours.flat();
    minutes.slice(1).forEach((minute, i) => expect(minute - (minutes[i] ?? NaN)).toBe(MINUTE));
  });

  it('knows no minutes outside trading hours', () => {
    const monday = planCatchUp(at('2026-11-20', 15, 58), at('2026-11-23', 9, 32), nyse);
    expect(monday.hours.flat()).toEqual([
      at('2026-11-20', 15, 59),
      at('2026-11-23', 9, 30),
      at('2026-11-23', 9, 31),
    ]);
    expect(planCatchUp(at('2026-11-20', 15, 59), at('2026-11-22', 12), nyse)).toEqual({
      hours: [],
      skipped: 0,
    });
  });

  it('looks back no further than its limit, from a whole hour on, and says what it gave up', () => {
    const { hours, skipped } = planCatchUp(at('2026-11-20', 1, 59), at('2026-11-20', 12, 30), always, 200);
    expect(hours[0]?.[0]).toBe(at('2026-11-20', 10));
    expect(hours.flat()).toHaveLength(150);
    expect(skipped).toBe(8 * 60);
  });

  it('keeps a whole first hour that fits the limit exactly', () => {
    const { hours } = planCatchUp(at('2026-11-20', 1, 59), at('2026-11-20', 12), always, 120);
    expect(hours.map(({ length }) => length)).toEqual([60, 60]);
  });

  it('gives up a long outage once, and not again after what it built', () => {
    const sunday = at('2026-11-22', 12);
    const first = planCatchUp(at('2026-11-16', 9, 59), sunday, nyse, 120);
    expect(first.skipped).toBeGreaterThan(0);
    expect(planCatchUp(first.hours.flat().at(-1), sunday, nyse, 120)).toEqual({ hours: [], skipped: 0 });
  });
});
