import { BlackScholes } from '@uqee/black-scholes';
import { type OptionRight } from './option-contract.js';

const YEAR = 365 * 24 * 60 * 60_000;
const DAYS_A_YEAR = 365;
/** At the very expiry the formula divides by zero. */
const SHORTEST = 60_000;

/** What moves an option's price, in the units that traders quote. */
export interface Greeks {
  /** Change of the price per unit of the underlying. */
  readonly delta: number;
  /** Change of delta per unit of the underlying. */
  readonly gamma: number;
  /** Change of the price per day that passes: negative as a rule. */
  readonly theta: number;
  /** Change of the price per percentage point of volatility. */
  readonly vega: number;
  /** Change of the price per percentage point of the interest rate. */
  readonly rho: number;
}

export interface PricedOption {
  readonly price: number;
  readonly greeks: Greeks;
}

export interface PricingInput {
  readonly right: OptionRight;
  readonly strike: number;
  /** Price of the underlying. */
  readonly spot: number;
  /** Yearly: 0.2 is 20 %. */
  readonly volatility: number;
  /** Until expiry, ms. */
  readonly timeLeft: number;
  /** Yearly: 0.04 is 4 %. */
  readonly rate: number;
}

/** Exact: the package's default is right to five digits. */
const model = new BlackScholes({ sigmaToPricePrecision: 'double' });

/** Black and Scholes' price of a European option, with its Greeks. */
export function priceOption({ right, strike, spot, volatility, timeLeft, rate }: PricingInput): PricedOption {
  const { price, delta, gamma, theta, vega, rho } = model.option({
    type: right,
    strike,
    underlying: spot,
    sigma: volatility,
    time: Math.max(timeLeft, SHORTEST) / YEAR,
    rate,
  });
  // The package differentiates by time left, and by whole units.
  return {
    price,
    greeks: { delta, gamma, theta: -theta / DAYS_A_YEAR, vega: vega / 100, rho: rho / 100 },
  };
}
