import { LRUCache } from 'lru-cache';
import { type Day, instantOf, weekday } from '../../market/new-york-time.js';
import { isMarketSymbol, type MarketSymbol } from '../../market/symbols.js';

export type OptionRight = 'call' | 'put';

/** A listed option. */
export interface OptionContract {
  /** Symbol of the Options Symbology Initiative without its padding: `AAPL261218C00250000`. */
  readonly id: string;
  readonly underlying: MarketSymbol;
  readonly right: OptionRight;
  readonly strike: number;
  readonly expiry: Day;
  /** The close of trading on the day of expiry, ms since 1970. */
  readonly expiresAt: number;
}

const PATTERN = /^([A-Z]{1,6})(\d\d)(\d\d)(\d\d)([CP])(\d{8})$/;
const FRIDAY = 5;
/** 16:00 in New York. */
const CLOSE = 16 * 60;

/** Ten thousand contracts expire on few days, and an instant in New York costs more than all the rest of reading one. */
const closes = new LRUCache<Day, number>({ max: 1_000 });

export function contractId(
  contract: Pick<OptionContract, 'underlying' | 'right' | 'strike' | 'expiry'>,
): string {
  const { underlying, right, strike, expiry } = contract;
  const thousandths = String(Math.round(strike * 1_000)).padStart(8, '0');
  return `${underlying}${expiry.slice(2).replaceAll('-', '')}${right === 'call' ? 'C' : 'P'}${thousandths}`;
}

/** The contract of that id, listed or expired; undefined if no such contract was ever listed: they expire on Fridays. */
export function parseContract(id: string): OptionContract | undefined {
  const [, underlying = '', year, month, date, letter, thousandths] = PATTERN.exec(id) ?? [];
  if (!isMarketSymbol(underlying)) return undefined;
  const expiry = `20${year}-${month}-${date}`;
  const strike = Number(thousandths) / 1_000;
  if (strike === 0 || !isCalendarDay(expiry) || weekday(expiry) !== FRIDAY) return undefined;
  return {
    id,
    underlying,
    right: letter === 'C' ? 'call' : 'put',
    strike,
    expiry,
    expiresAt: closeOf(expiry),
  };
}

export function isExpired({ expiresAt }: OptionContract, at: number): boolean {
  return expiresAt <= at;
}

/** The 31st of February is a day that `Date` moves elsewhere. */
function isCalendarDay(day: Day): boolean {
  const time = Date.parse(day);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(day);
}

/** When what expires on a day is worth nothing any more. */
export function closeOf(day: Day): number {
  const known = closes.get(day);
  if (known !== undefined) return known;
  const close = Number(instantOf(day, CLOSE));
  closes.set(day, close);
  return close;
}
