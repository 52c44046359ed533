import { LRUCache } from 'lru-cache';
import { type PriceFeed } from '../../market/price-feed.js';
import { noise } from '../../market/price-noise.js';
import { type MarketSymbol, SYMBOLS } from '../../market/symbols.js';
import { isExpired, type OptionContract } from '../options/option-contract.js';
import { priceOption } from '../options/option-pricing.js';
import { type OptionSnapshot, type UnderlyingBar } from './snapshots.js';

export interface GeneratorOptions {
  /** The same seed is the same market. */
  readonly seed: number;
  /** The most snapshots kept. */
  readonly capacity: number;
}

interface Kept {
  readonly contract: OptionContract;
  readonly snapshot: OptionSnapshot;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const RATE = 0.04;
/** A smile: 18 % at the money, more away from it, and a breath of noise. */
const SMILE = { level: 0.18, slope: 0.4, breath: 0.02 };
const HALF_SPREAD = 0.005;
const TICK = 0.01;
const TRADES_A_SECOND = 900;

/**
 * Bars of the underlyings and snapshots of options. All but a snapshot's `change` is a pure function of seed, contract and instant: whoever takes the
 * lead makes the market that its predecessor would have made.
 *
 * It keeps the newest snapshot of the contracts asked for last, and of no more than `capacity` of them.
 */
export class MockDataGenerator {
  private readonly kept: LRUCache<string, Kept>;
  private readonly seed: number;

  constructor(
    private readonly feed: PriceFeed,
    { seed, capacity }: GeneratorOptions,
  ) {
    this.seed = seed;
    this.kept = new LRUCache({ max: capacity });
  }

  /** How many snapshots are kept, of how many at most. */
  get memory(): { readonly snapshots: number; readonly capacity: number } {
    return { snapshots: this.kept.size, capacity: this.kept.max };
  }

  /** The minute of an underlying that `at` lies in, from a price a second, so that no tick need have been seen. */
  bar(symbol: MarketSymbol, at: number): UnderlyingBar {
    const start = Math.floor(at / MINUTE) * MINUTE;
    const prices: number[] = [];
    for (let second = start; second <= at; second += SECOND) prices.push(this.feed.priceAt(symbol, second));
    const close = this.feed.priceAt(symbol, at);
    const pace = 1 + noise(this.seed + SYMBOLS.indexOf(symbol), start / MINUTE) / 2;
    return Object.freeze({
      symbol,
      start,
      open: prices[0] ?? close,
      high: Math.max(...prices, close),
      low: Math.min(...prices, close),
      close,
      volume: Math.round(((at - start) / SECOND) * TRADES_A_SECOND * pace),
    });
  }

  snapshot(contract: OptionContract, at: number): OptionSnapshot {
    const { id, underlying, right, strike, expiry, expiresAt } = contract;
    const spot = this.feed.priceAt(underlying, at);
    const breath = noise(hashOf(id) ^ this.seed, at / MINUTE);
    const volatility = SMILE.level + SMILE.slope * Math.abs(Math.log(strike / spot)) + SMILE.breath * breath;
    const { price, greeks } = priceOption({
      right,
      strike,
      spot,
      volatility,
      timeLeft: expiresAt - at,
      rate: RATE,
    });
    const halfSpread = Math.max(TICK, price * HALF_SPREAD);
    const bid = toCents(Math.max(0, price - halfSpread));
    const ask = toCents(price + halfSpread);
    const mark = toCents((bid + ask) / 2);
    const before = this.kept.get(id)?.snapshot.mark ?? mark;
    const snapshot = Object.freeze({
      contract: id,
      expiry,
      at,
      bid,
      ask,
      mark,
      change: toCents(mark - before),
      spot,
      volatility,
      greeks: Object.freeze(greeks),
    });
    this.kept.set(id, { contract, snapshot });
    return snapshot;
  }

  /** The newest snapshot of a contract, if it is still kept. To look is no use: it does not keep it any longer. */
  peek(contract: string): OptionSnapshot | undefined {
    return this.kept.peek(contract)?.snapshot;
  }

  /** Drops what has expired. Returns how many. */
  removeExpired(at: number): number {
    const expired = [...this.kept.values()].filter(({ contract }) => isExpired(contract, at));
    for (const { contract } of expired) this.kept.delete(contract.id);
    return expired.length;
  }

  /** A former leader has no use for what it keeps. */
  forget(contracts: readonly OptionContract[]): void {
    for (const { id } of contracts) this.kept.delete(id);
  }
}

function toCents(price: number): number {
  return Math.round(price * 100) / 100;
}

/** FNV-1a: what sets one contract's noise apart from another's. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
