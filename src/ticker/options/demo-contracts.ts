import { addDays, type Day, dayOf, weekday } from '../../market/new-york-time.js';
import { type MarketSymbol, SYMBOLS } from '../../market/symbols.js';
import { closeOf, contractId, type OptionRight } from './option-contract.js';

const FRIDAY = 5;
/** How many expiries ahead are listed. */
const WEEKS = 4;
/** Strikes lie this share of the price apart. */
const STEP = 0.004;
const RIGHTS: readonly OptionRight[] = ['call', 'put'];

/**
 * Ids of the contracts of the next four Fridays, around the price that each underlying had on the day of the listing. What was listed once keeps its
 * strikes, so that every boot in a week names the same contracts.
 */
export function demoContracts(
  priceAt: (symbol: MarketSymbol, at: number) => number,
  now: number,
  count: number,
): string[] {
  const expiries = Array.from({ length: WEEKS }, (_, week) => addDays(lastFriday(now), 7 * (week + 1)));
  const strikes = Math.ceil(count / (expiries.length * SYMBOLS.length * RIGHTS.length));
  const ids = Array.from({ length: strikes }, (_, i) => STEP * (i - Math.floor(strikes / 2))).flatMap(
    (distance) =>
      expiries.flatMap((expiry) =>
        SYMBOLS.flatMap((underlying) => {
          const listedAt = priceAt(underlying, Date.parse(addDays(expiry, -7 * WEEKS)));
          const strike = Math.round(listedAt * (1 + distance) * 100) / 100;
          return RIGHTS.map((right) => contractId({ underlying, right, strike, expiry }));
        }),
      ),
  );
  return ids.slice(0, count);
}

/** What a newcomer sees the reconciler drop: a contract that expired last Friday, and one of a symbol that nobody knows. */
export function staleDemoContracts(now: number): string[] {
  const expired = { underlying: 'AAPL', right: 'call', strike: 100, expiry: lastFriday(now) } as const;
  return [contractId(expired), 'ZZZZ991231C00001000'];
}

/** The newest Friday whose market has closed: on a Friday evening, what expired that day is not listed any more. */
function lastFriday(now: number): Day {
  const today = dayOf(now);
  const friday = addDays(today, -((weekday(today) - FRIDAY + 7) % 7));
  return closeOf(friday) <= now ? friday : addDays(friday, -7);
}
