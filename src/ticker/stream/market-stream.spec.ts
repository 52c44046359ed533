import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { shardOf } from 'nestjs-background-services';
import { testIteration } from 'nestjs-background-services/testing';
import { MarketHours } from '../../market/market-hours.js';
import { PriceFeed } from '../../market/price-feed.js';
import { loadPriceSeries } from '../../market/price-series.js';
import { demoContracts } from '../options/demo-contracts.js';
import { parseContract } from '../options/option-contract.js';
import { dealOut } from '../subscriptions/stream-plan.js';
import { MarketStream } from './market-stream.js';
import { MockDataGenerator } from './mock-data.generator.js';
import { Publisher } from './publisher.js';

interface Message {
  readonly at: number;
  readonly fencingToken: number;
  readonly bars?: readonly { readonly symbol: string }[];
  readonly snapshots?: readonly { readonly contract: string }[];
}

/** A Friday, two hours before the close in New York. */
const friday = Date.UTC(2026, 10, 20, 19);
const CLOSE = Date.UTC(2026, 10, 20, 21);

describe('MarketStream', () => {
  const feed = new PriceFeed(loadPriceSeries());
  let now: number;
  let sent: [string, Message][];
  let abort: AbortController;
  let generator: MockDataGenerator;

  beforeEach(() => {
    now = friday;
    sent = [];
    abort = new AbortController();
    generator = new MockDataGenerator(feed, { seed: 1, capacity: 5_000 });
  });

  function make(mode: 'always' | 'nyse' = 'always') {
    const publish = (channel: string, message: string) => {
      sent.push([channel, JSON.parse(message) as Message]);
      return Promise.resolve(1);
    };
    const publisher = new Publisher({ publish }, { retryAfter: 1_000 });
    return new MarketStream(generator, publisher, new MarketHours(mode), { now: () => new Date(now) });
  }
  const plan = (contracts: number) => {
    const ids = demoContracts((symbol, at) => feed.priceAt(symbol, at), friday, contracts);
    return dealOut(
      ids.map((id) => parseContract(id)!),
      ['a', 'b', 'c', 'd'],
    );
  };
  const term = (shard?: { readonly index: number; readonly count: number }) =>
    testIteration({ key: 'ticker', shard, fencingToken: 7, signal: abort.signal });

  it('publishes bars, and every contract on the channel of its account, with the token of the leader', async () => {
    const stream = make();
    await stream.tick(plan(10), term());
    expect(sent.map(([channel]) => channel)).toEqual([
      'ticker:bars',
      ...['a', 'b', 'c', 'd'].map((account) => `ticker:${account}`),
    ]);
    expect(sent.map(([, { snapshots }]) => snapshots?.length)).toEqual([undefined, 3, 3, 2, 2]);
    expect(sent[0]?.[1].bars).toHaveLength(6);
    expect(sent.every(([, { at, fencingToken }]) => at === friday && fencingToken === 7)).toBe(true);
    expect(stream.counts('ticker')).toEqual({
      ticks: 1,
      snapshots: 10,
      expired: 0,
      lastTickAt: new Date(friday),
    });
  });

  it('goes over 10,000 contracts in slices, keeps 5,000, and lets others have their turn in between', async () => {
    const stream = make();
    const every = plan(10_000);
    let turns = 0;
    const over = new AbortController();
    const others = (async () => {
      for (; !over.signal.aborted; turns++) await new Promise<void>((resolve) => void setImmediate(resolve));
    })();
    await stream.tick(every, term());
    over.abort();
    await others;
    expect(turns).toBeGreaterThanOrEqual(50);
    expect(sent.filter(([channel]) => channel !== 'ticker:bars').length).toBe(4 * Math.ceil(2_500 / 200));
    expect(stream.counts('ticker').snapshots).toBe(10_000);
    expect(generator.memory).toEqual({ snapshots: 5_000, capacity: 5_000 });
  });

  it('sends nothing of what has expired since the plan was made, and forgets it', async () => {
    const stream = make();
    await stream.tick(plan(48), term());
    now = CLOSE;
    await stream.tick(plan(48), term());
    const contracts = sent.slice(5).flatMap(([, { snapshots = [] }]) => snapshots);
    expect(contracts).toHaveLength(36);
    expect(stream.counts('ticker')).toMatchObject({ snapshots: 84, expired: 12 });
    expect(generator.memory.snapshots).toBe(36);
  });

  it('stops between two slices when the term ends', async () => {
    const stream = make();
    const snapshot = jest.spyOn(generator, 'snapshot');
    snapshot.mockImplementationOnce((...args) => {
      abort.abort();
      return MockDataGenerator.prototype.snapshot.apply(generator, args);
    });
    await stream.tick(plan(1_000), term());
    expect(snapshot).toHaveBeenCalledTimes(200);
    expect(stream.counts('ticker')).toMatchObject({ ticks: 0, lastTickAt: null });
  });

  it('publishes the bars from one shard, and forgets a shard that has ended', async () => {
    const stream = make();
    const bars = shardOf('ticker:bars', 8);
    for (let index = 0; index < 8; index++) await stream.tick(plan(10), term({ index, count: 8 }));
    expect(sent.filter(([channel]) => channel === 'ticker:bars')).toHaveLength(1);
    expect(sent[bars * 4]?.[0]).toBe('ticker:bars');
    stream.end(plan(10), term());
    expect(stream.counts('ticker')).toEqual({ ticks: 0, snapshots: 0, expired: 0, lastTickAt: null });
    expect(generator.memory.snapshots).toBe(0);
  });

  it('rests while the market is closed', async () => {
    const stream = make('nyse');
    now = CLOSE;
    await stream.tick(plan(10), term());
    expect(sent).toEqual([]);
    expect(stream.counts('ticker').ticks).toBe(0);
  });
});
