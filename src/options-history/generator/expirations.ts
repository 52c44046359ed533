import { addDays, type Day, weekday } from '../../market/new-york-time.js';
import { type TradingCalendar } from '../../market/trading-calendar.js';

const FRIDAY = 5;
const WEEKS = 4;
const MONTHS = 3;

/**
 * The expirations that are traded on a day, soonest first: the next four Fridays, and the third Fridays of three months. Where the exchange is closed on
 * a Friday, the trading day before takes its place.
 */
export function expirationsAfter(day: Day, calendar: TradingCalendar): Day[] {
  const fridays: Day[] = [];
  let months = 0;
  for (let friday = nextFriday(day); months < MONTHS; friday = addDays(friday, 7)) {
    const monthly = isThird(friday);
    if (monthly) months += 1;
    if (monthly || fridays.length < WEEKS) fridays.push(friday);
  }
  return fridays.map((friday) => calendar.tradingDayUpTo(friday)).filter((expiration) => expiration > day);
}

function nextFriday(day: Day): Day {
  return addDays(day, ((FRIDAY - weekday(day) + 6) % 7) + 1);
}

function isThird(friday: Day): boolean {
  const date = Number(friday.slice(8));
  return date >= 15 && date <= 21;
}
