import { describe, expect, it } from '@jest/globals';
import { MarketHours } from './market-hours.js';
import { instantOf } from './new-york-time.js';

/** 2026-11-20 is a Friday. */
const at = (day: string, hour: number, minute = 0) => instantOf(day, hour * 60 + minute);
const days = (sessions: readonly { day: string }[]) => sessions.map(({ day }) => day);

describe('MarketHours of the NYSE', () => {
  const hours = new MarketHours('nyse');

  it.each([
    ['before the bell', at('2026-11-20', 9, 29), false],
    ['at the opening bell', at('2026-11-20', 9, 30), true],
    ['in the last minute', at('2026-11-20', 15, 59), true],
    ['at the closing bell', at('2026-11-20', 16), false],
    ['on a Saturday', at('2026-11-21', 12), false],
    ['on a Sunday', at('2026-11-22', 12), false],
    ['on a Monday in summer', at('2026-07-20', 9, 30), true],
    ['on Thanksgiving', at('2026-11-26', 12), false],
    ['on the morning after it', at('2026-11-27', 12, 59), true],
    ['on the afternoon after it', at('2026-11-27', 13), false],
  ])('%s', (_, instant, open) => {
    expect(hours.isOpen(instant)).toBe(open);
  });

  it('finds the last session that is over', () => {
    expect(hours.lastClosed(at('2026-11-20', 4)).day).toBe('2026-11-19');
    expect(hours.lastClosed(at('2026-11-20', 15, 59)).day).toBe('2026-11-19');
    expect(hours.lastClosed(at('2026-11-20', 16)).day).toBe('2026-11-20');
    expect(hours.lastClosed(at('2026-11-23', 4)).day).toBe('2026-11-20');
  });

  it('lists the sessions missed since a day, without the one that is not over', () => {
    expect(days(hours.closedSince('2026-11-18', at('2026-11-23', 12)))).toEqual(['2026-11-19', '2026-11-20']);
    expect(hours.closedSince('2026-11-20', at('2026-11-23', 12))).toEqual([]);
  });

  it('trades at the last close while it is closed', () => {
    expect(hours.lastTraded(at('2026-11-22', 12))).toEqual(at('2026-11-20', 16));
    expect(hours.lastTraded(at('2026-11-20', 12))).toEqual(at('2026-11-20', 12));
  });

  it('has no session on a holiday, and a short one on its eve', () => {
    expect(hours.lastClosed(at('2026-11-26', 20)).day).toBe('2026-11-25');
    expect(hours.lastClosed(at('2026-11-27', 13)).closesAt).toEqual(at('2026-11-27', 13));
    expect(days(hours.closedSince('2026-12-23', at('2026-12-28', 18)))).toEqual(['2026-12-24', '2026-12-28']);
  });

  it('counts minutes of trading only', () => {
    expect(hours.openMinutes(at('2026-11-20', 15, 58), at('2026-11-23', 9, 31))).toEqual([
      Number(at('2026-11-20', 15, 58)),
      Number(at('2026-11-20', 15, 59)),
      Number(at('2026-11-23', 9, 30)),
    ]);
    expect(hours.openMinutes(at('2026-11-16', 0), at('2026-11-21', 0))).toHaveLength(5 * 390);
  });
});

describe('MarketHours that never close', () => {
  const hours = new MarketHours('always');

  it('is open on a Sunday night', () => {
    expect(hours.isOpen(at('2026-11-22', 3))).toBe(true);
    expect(hours.lastTraded(at('2026-11-22', 3))).toEqual(at('2026-11-22', 3));
  });

  it('ends its day at midnight in New York', () => {
    expect(hours.lastClosed(at('2026-11-22', 4))).toMatchObject({
      day: '2026-11-21',
      closesAt: at('2026-11-22', 0),
    });
  });

  it('has 23 and 25 hours when clocks change', () => {
    expect(hours.openMinutes(at('2026-03-08', 0), at('2026-03-09', 0))).toHaveLength(23 * 60);
    expect(hours.openMinutes(at('2026-11-01', 0), at('2026-11-02', 0))).toHaveLength(25 * 60);
  });
});
