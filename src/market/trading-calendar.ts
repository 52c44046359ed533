import { addDays, type Day, weekday } from './new-york-time.js';

/** The first day whose sessions the calendar knows. */
export const FIRST_DAY: Day = '2000-01-03';

const REGULAR_CLOSE = 16 * 60;
const EARLY_CLOSE = 13 * 60;

const [SUNDAY, MONDAY, WEDNESDAY, THURSDAY, SATURDAY] = [0, 1, 3, 4, 6] as const;

/** Days on which the exchange was closed for what no rule foresees: terror, storms, days of mourning. */
const CLOSED = new Set<Day>([
  ...['2001-09-11', '2001-09-12', '2001-09-13', '2001-09-14'],
  '2004-06-11',
  '2007-01-02',
  ...['2012-10-29', '2012-10-30'],
  '2018-12-05',
  '2025-01-09',
]);

/** Days that ended early without a rule that holds today. */
const CLOSED_EARLY = new Set<Day>(['2002-07-05', '2003-12-26']);

/**
 * The trading days of the New York Stock Exchange since 2000, by its own rules (NYSE Rule 7.2), so that it knows the years to come, too. Trading
 * ends at 16:00, or at 13:00 on the eve of some holidays.
 */
export class TradingCalendar {
  private readonly holidays = new Map<number, ReadonlySet<Day>>();

  isTradingDay(day: Day): boolean {
    return isWorkday(day) && !CLOSED.has(day) && !this.holidaysOf(yearOf(day)).has(day);
  }

  /** When trading ends, in minutes since midnight in New York; `undefined`: there is none that day. */
  closingMinute(day: Day): number | undefined {
    if (!this.isTradingDay(day)) return undefined;
    return isEve(day) || CLOSED_EARLY.has(day) ? EARLY_CLOSE : REGULAR_CLOSE;
  }

  /** From the first to the last day, both included. */
  tradingDays(first: Day, last: Day): Day[] {
    const days: Day[] = [];
    for (let day = first; day <= last; day = addDays(day, 1)) if (this.isTradingDay(day)) days.push(day);
    return days;
  }

  /** The day itself, or the last trading day before it. */
  tradingDayUpTo(day: Day): Day {
    return this.isTradingDay(day) ? day : this.tradingDayUpTo(addDays(day, -1));
  }

  private holidaysOf(year: number): ReadonlySet<Day> {
    const known = this.holidays.get(year);
    if (known) return known;
    const holidays = new Set(listHolidays(year));
    this.holidays.set(year, holidays);
    return holidays;
  }
}

function listHolidays(year: number): Day[] {
  const fixed = [`${year}-07-04`, `${year}-12-25`, ...(year >= 2022 ? [`${year}-06-19`] : [])];
  const newYear = `${year}-01-01`;
  return [
    // On a Saturday it is not made up for: the Friday is the last of the old year's accounts.
    ...(weekday(newYear) === SATURDAY ? [] : [observed(newYear)]),
    nth(3, MONDAY, year, 1), // Martin Luther King
    nth(3, MONDAY, year, 2), // Washington's birthday
    addDays(easter(year), -2), // Good Friday
    addDays(nth(1, MONDAY, year, 6), -7), // Memorial Day: the last Monday of May
    nth(1, MONDAY, year, 9), // Labor Day
    nth(4, THURSDAY, year, 11), // Thanksgiving
    ...fixed.map(observed),
  ];
}

/** A trading day that ends early: the day after Thanksgiving, Christmas Eve, the eve of Independence Day. */
function isEve(day: Day): boolean {
  const year = yearOf(day);
  switch (day.slice(5)) {
    case '12-24':
      return true;
    case '07-03':
      // Before 2013 a Wednesday was a full day, and the Friday after the holiday was short.
      return year >= 2013 || weekday(day) !== WEDNESDAY;
    default:
      return day === addDays(nth(4, THURSDAY, year, 11), 1);
  }
}

function isWorkday(day: Day): boolean {
  return weekday(day) !== SUNDAY && weekday(day) !== SATURDAY;
}

/** The workday on which a holiday is kept. */
function observed(day: Day): Day {
  if (weekday(day) === SATURDAY) return addDays(day, -1);
  return weekday(day) === SUNDAY ? addDays(day, 1) : day;
}

function nth(n: number, dayOfWeek: number, year: number, month: number): Day {
  const first = `${year}-${String(month).padStart(2, '0')}-01`;
  return addDays(first, ((dayOfWeek - weekday(first) + 7) % 7) + (n - 1) * 7);
}

/** Easter Sunday by the algorithm of Meeus, Jones and Butcher (J. Meeus, Astronomical Algorithms, chapter 8). */
function easter(year: number): Day {
  const century = Math.floor(year / 100);
  const yearOfCentury = year % 100;
  const golden = year % 19;
  const correction = Math.floor((century - Math.floor((century + 8) / 25) + 1) / 3);
  const epact = (19 * golden + century - Math.floor(century / 4) - correction + 15) % 30;
  const toSunday =
    (32 + 2 * (century % 4) + 2 * Math.floor(yearOfCentury / 4) - epact - (yearOfCentury % 4)) % 7;
  const late = Math.floor((golden + 11 * epact + 22 * toSunday) / 451);
  const days = epact + toSunday - 7 * late + 114;
  return new Date(Date.UTC(year, Math.floor(days / 31) - 1, (days % 31) + 1)).toISOString().slice(0, 10);
}

function yearOf(day: Day): number {
  return Number(day.slice(0, 4));
}
