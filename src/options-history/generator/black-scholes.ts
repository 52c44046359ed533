/** What the price of a European option depends on. */
export interface Terms {
  readonly right: 'call' | 'put';
  readonly spot: number;
  readonly strike: number;
  /** To the expiration, above 0. */
  readonly years: number;
  /** A year's, as a share. */
  readonly volatility: number;
  /** Without risk, a year's, continuously compounded. */
  readonly rate: number;
}

/** A price and how it moves. `theta` is a calendar day's, `vega` that of one percentage point of volatility. */
export interface Valuation {
  readonly price: number;
  readonly delta: number;
  readonly gamma: number;
  readonly theta: number;
  readonly vega: number;
}

const DAYS_A_YEAR = 365;

/** Black and Scholes (1973) without dividends, in the notation of J. Hull, Options, Futures, and Other Derivatives. */
export function blackScholes({ right, spot, strike, years, volatility, rate }: Terms): Valuation {
  const deviation = volatility * Math.sqrt(years);
  const d1 = (Math.log(spot / strike) + (rate + volatility ** 2 / 2) * years) / deviation;
  const d2 = d1 - deviation;
  const sign = right === 'call' ? 1 : -1;
  const discounted = strike * Math.exp(-rate * years);
  const exercised = discounted * cumulative(sign * d2);
  const decay = (spot * density(d1) * volatility) / (2 * Math.sqrt(years));
  return {
    price: sign * (spot * cumulative(sign * d1) - exercised),
    delta: sign * cumulative(sign * d1),
    gamma: density(d1) / (spot * deviation),
    theta: (-decay - sign * rate * exercised) / DAYS_A_YEAR,
    vega: (spot * density(d1) * Math.sqrt(years)) / 100,
  };
}

function density(x: number): number {
  return Math.exp(-(x ** 2) / 2) / Math.sqrt(2 * Math.PI);
}

/** The normal distribution, right to 7 digits: Abramowitz and Stegun, Handbook of Mathematical Functions, 26.2.17. */
function cumulative(x: number): number {
  if (x < 0) return 1 - cumulative(-x);
  const t = 1 / (1 + 0.2316419 * x);
  const series =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return 1 - density(x) * series;
}
