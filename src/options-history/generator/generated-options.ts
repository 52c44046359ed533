import { setTimeout as pass } from 'node:timers/promises';
import { type Day, instantOf } from '../../market/new-york-time.js';
import { type PriceFeed } from '../../market/price-feed.js';
import { type MarketSymbol } from '../../market/symbols.js';
import { FIRST_DAY, type TradingCalendar } from '../../market/trading-calendar.js';
import { type OptionChain, type OptionQuote } from '../option-chain.js';
import { OptionsSource } from '../options-source.js';
import { blackScholes } from './black-scholes.js';
import { expirationsAfter } from './expirations.js';
import { seededRandom } from './seeded-random.js';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const YEAR = 365 * DAY;

/** The feed plays a month of prices in an hour, so two minutes of it are a day. */
const DAY_OF_FEED = 2 * MINUTE;

const RATE = 0.04;
const STRIKES_EACH_SIDE = 10;
const STRIKE_STEPS = [0.5, 1, 2.5, 5, 10, 25] as const;

/** The first day with options on a share that came to the market after the others. */
const LISTED: Partial<Record<MarketSymbol, Day>> = { GOOG: '2004-08-27' };

export interface GeneratorSettings {
  /** Another seed is another market. */
  readonly seed: string;
  /** How long an answer takes, in milliseconds, as that of a vendor over the network would. */
  readonly delay: number;
}

/**
 * A vendor of option chains that needs no vendor: prices by Black and Scholes with a volatility smile. A chain is a pure function of seed, root and
 * day, so whoever asks again, on whichever replica, gets the same bytes.
 */
export class GeneratedOptions extends OptionsSource {
  constructor(
    private readonly feed: PriceFeed,
    private readonly calendar: TradingCalendar,
    private readonly settings: GeneratorSettings,
  ) {
    super();
  }

  override async chainOf(
    root: MarketSymbol,
    day: Day,
    signal: AbortSignal,
  ): Promise<OptionChain | undefined> {
    signal.throwIfAborted();
    if (this.settings.delay > 0) await pass(this.settings.delay, undefined, { signal });
    return this.generate(root, day);
  }

  private generate(root: MarketSymbol, day: Day): OptionChain | undefined {
    const closes = this.calendar.closingMinute(day);
    if (closes === undefined || day < (LISTED[root] ?? FIRST_DAY)) return undefined;
    const random = seededRandom(`${this.settings.seed} ${root} ${day}`);
    const underlyingPrice = this.feed.priceAt(root, (Date.parse(day) / DAY) * DAY_OF_FEED);
    const level = 0.18 + 0.12 * random();
    const closedAt = Number(instantOf(day, closes));
    const quotes = expirationsAfter(day, this.calendar).flatMap((expiration) => {
      const expiresAt = Number(instantOf(expiration, this.calendar.closingMinute(expiration) ?? closes));
      const years = (expiresAt - closedAt) / YEAR;
      return strikesAround(underlyingPrice).flatMap((strike) =>
        (['call', 'put'] as const).map((right) =>
          quoteOf({ right, spot: underlyingPrice, strike, years, level, expiration, random }),
        ),
      );
    });
    return { root, day, underlyingPrice, quotes };
  }
}

interface Contract {
  readonly right: 'call' | 'put';
  readonly spot: number;
  readonly strike: number;
  readonly years: number;
  /** Volatility at the money. */
  readonly level: number;
  readonly expiration: Day;
  readonly random: () => number;
}

function quoteOf({ right, spot, strike, years, level, expiration, random }: Contract): OptionQuote {
  const moneyness = Math.log(strike / spot);
  // A smile that leans: what insures against a fall costs more.
  const volatility = Math.max(0.05, level - 0.25 * moneyness + 1.2 * moneyness ** 2);
  const { price, delta, gamma, theta, vega } = blackScholes({
    right,
    spot,
    strike,
    years,
    volatility,
    rate: RATE,
  });
  const halfSpread = Math.max(0.01, price * 0.01);
  // The nearer the money, the more is traded.
  const interest = Math.exp(-((moneyness / 0.1) ** 2));
  const openInterest = Math.round(20_000 * interest * random());
  return {
    expiration,
    strike,
    right,
    bid: cents(Math.max(0, price - halfSpread)),
    ask: cents(price + halfSpread),
    volume: Math.round(openInterest * 0.4 * random()),
    openInterest,
    impliedVolatility: digits(volatility),
    delta: digits(delta),
    gamma: digits(gamma),
    theta: digits(theta),
    vega: digits(vega),
  };
}

/** At equal distances of about one fiftieth of the price. */
function strikesAround(spot: number): number[] {
  const step = STRIKE_STEPS.find((candidate) => candidate >= spot / 50) ?? 50;
  const middle = Math.round(spot / step);
  return Array.from(
    { length: 2 * STRIKES_EACH_SIDE + 1 },
    (_, i) => (middle + i - STRIKES_EACH_SIDE) * step,
  ).filter((strike) => strike > 0);
}

const cents = (value: number) => Math.round(value * 100) / 100;
const digits = (value: number) => Math.round(value * 1e6) / 1e6;
