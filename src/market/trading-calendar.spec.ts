import { describe, expect, it } from '@jest/globals';
import { TradingCalendar } from './trading-calendar.js';

const calendar = new TradingCalendar();

/** As the exchange has published them. */
const SESSIONS: Readonly<Record<number, number>> = {
  ...{ 2000: 252, 2001: 248, 2002: 252, 2003: 252, 2004: 252, 2005: 252, 2006: 251, 2007: 251, 2008: 253 },
  ...{ 2009: 252, 2010: 252, 2011: 252, 2012: 250, 2013: 252, 2014: 252, 2015: 252, 2016: 252, 2017: 251 },
  ...{ 2018: 251, 2019: 252, 2020: 253, 2021: 252, 2022: 251, 2023: 250, 2024: 252, 2025: 250, 2026: 251 },
};

describe('TradingCalendar', () => {
  it.each(Object.entries(SESSIONS))('has in %i as many sessions as the exchange: %i', (year, sessions) => {
    expect(calendar.tradingDays(`${year}-01-01`, `${year}-12-31`)).toHaveLength(sessions);
  });

  it('closes on the holidays of 2024', () => {
    const weekdays = (month: string, days: string[]) => days.map((day) => `2024-${month}-${day}`);
    const holidays = [
      ...weekdays('01', ['01', '15']),
      ...['2024-02-19', '2024-03-29', '2024-05-27', '2024-06-19', '2024-07-04', '2024-09-02'],
      ...['2024-11-28', '2024-12-25'],
    ];
    expect(holidays.filter((day) => calendar.isTradingDay(day))).toEqual([]);
  });

  it.each([
    ['a Saturday holiday on the Friday before', '2021-12-24', false],
    ['a Sunday holiday on the Monday after', '2022-06-20', false],
    ['no Saturday new year', '2021-12-31', true],
    ['no Juneteenth before 2022', '2021-06-18', true],
    ['mourning', '2025-01-09', false],
    ['a leap day', '2024-02-29', true],
  ])('keeps %s', (_, day, trades) => {
    expect(calendar.isTradingDay(day)).toBe(trades);
  });

  it('ends early on the eve of holidays', () => {
    const early = (year: number) =>
      calendar
        .tradingDays(`${year}-01-01`, `${year}-12-31`)
        .filter((day) => calendar.closingMinute(day) === 13 * 60);
    expect(early(2002)).toEqual(['2002-07-05', '2002-11-29', '2002-12-24']);
    expect(early(2003)).toEqual(['2003-07-03', '2003-11-28', '2003-12-24', '2003-12-26']);
    expect(early(2020)).toEqual(['2020-11-27', '2020-12-24']);
    expect(early(2021)).toEqual(['2021-11-26']);
    expect(early(2024)).toEqual(['2024-07-03', '2024-11-29', '2024-12-24']);
    expect(early(2026)).toEqual(['2026-11-27', '2026-12-24']);
  });

  it('says when a day ends, if it trades at all', () => {
    expect(calendar.closingMinute('2024-06-18')).toBe(16 * 60);
    expect(calendar.closingMinute('2024-06-19')).toBeUndefined();
  });

  it('goes back to the last trading day', () => {
    expect(calendar.tradingDayUpTo('2024-03-29')).toBe('2024-03-28'); // Good Friday
    expect(calendar.tradingDayUpTo('2024-03-28')).toBe('2024-03-28');
  });

  it('has no days between a later and an earlier one', () => {
    expect(calendar.tradingDays('2024-01-05', '2024-01-02')).toEqual([]);
  });
});
