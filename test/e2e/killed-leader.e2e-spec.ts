import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { shardOf } from 'nestjs-background-services';
import { minuteCandle } from '../../src/aggregation/candle.js';
import { AGGREGATION_SHARDS } from '../../src/aggregation/shards.js';
import { longShortRatioAt, signalOf } from '../../src/aggregation/sentiment/sentiment.js';
import { PriceFeed } from '../../src/market/price-feed.js';
import { loadPriceSeries } from '../../src/market/price-series.js';
import { type MarketSymbol, SYMBOLS } from '../../src/market/symbols.js';
import { onCleanUp } from '../support/deferred-cleanup.js';
import { operate } from '../support/operator.js';
import { PostgresServer } from '../support/postgres-server.js';
import { cleanUpAll, until } from '../support/processes.js';
import { RedisServer } from '../support/redis-server.js';
import { Host } from './host/host.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const ACCOUNTS = 20;
/** Days that nobody captured, of each of these accounts. */
const MISSED = 100;
const CANDLES = 'aggregation:candles:leader';

/** Two replicas of the host on PostgreSQL and Redis. What they have to do is so much that their leader can be killed in the middle of it. */
describe('Where the leader was killed in the middle of its work, the next one', () => {
  let postgres: PostgresServer;
  let server: RedisServer;
  let redis: Redis;
  const hosts = new Map<string, Host>();
  let born = 0;

  beforeAll(async () => {
    [postgres, server] = await Promise.all([PostgresServer.start(), RedisServer.start()]);
    redis = new Redis(server.url);
    onCleanUp(() => redis.disconnect());
    // Nobody builds candles before there is something to catch up with.
    await redis.set(CANDLES, 'DISABLED', 'EX', 600);
    await Promise.all([startHost(), startHost()]);
  }, 120_000);
  afterAll(cleanUpAll, 30_000);

  async function startHost(): Promise<void> {
    const name = `replica${++born}`;
    const env = {
      ...{ INSTANCE_ID: name, REDIS_URL: server.url, DATABASE_URL: postgres.url, LEASE_TTL: '1500' },
      TICKER_CONTRACTS: '0',
    };
    hosts.set(name, await Host.start({ env }));
  }

  const rows = async <Row extends object>(query: string, ...values: unknown[]) =>
    (await postgres.pool.query<Row>(query, values)).rows;
  const count = async (from: string) =>
    (await rows<{ count: number }>(`SELECT count(*)::int AS count FROM ${from}`))[0]!.count;

  /** Who leads a key, or most of its shards. */
  async function holderOf(key: string): Promise<string> {
    const holder = (await redis.get(key)) ?? '';
    if (!holder.startsWith('shards/')) return holder;
    const shards = Object.values(await redis.hgetall(`{${key}}:shards`)).map(
      (text) => text.split('|')[2] ?? '',
    );
    const held = (name: string) => shards.filter((each) => each.startsWith(`${name}-`)).length;
    return `${[...hosts.keys()].reduce((one, other) => (held(other) > held(one) ? other : one))}-`;
  }

  async function leaderOf(key: string): Promise<readonly [string, Host]> {
    return until(
      async () => {
        const holder = await holderOf(key);
        const name = [...hosts.keys()].find((each) => holder.startsWith(`${each}-`));
        return name === undefined ? undefined : ([name, hosts.get(name)!] as const);
      },
      { what: `a leader of ${key}`, satisfies: (leader) => leader !== undefined, timeout: 20_000 },
    ) as Promise<readonly [string, Host]>;
  }

  /** kill -9, and another replica in its place. */
  async function killLeaderOf(key: string): Promise<void> {
    const [name, host] = await leaderOf(key);
    hosts.delete(name);
    await host.kill();
    await startHost();
  }

  /** As an operator does: whichever replica leads is told, over Redis. */
  const command = (...words: readonly string[]) => operate(server.url, ...words);
  const act = async (...words: readonly string[]) => (await command(...words, '--why', 'a test')).code;
  /** A run of each shard that has a symbol. @returns 0, or what the worst of them ended with */
  const trigger = async (worker: string) => {
    const shards = [...new Set(SYMBOLS.map((symbol) => shardOf(symbol, AGGREGATION_SHARDS)))];
    const codes = await Promise.all(shards.map((shard) => act('trigger', `${worker}#${shard}`)));
    return Math.max(...codes.map((code) => code ?? Infinity));
  };
  const triggered = (worker: string) =>
    until(() => trigger(worker), {
      what: `${worker} to run`,
      satisfies: (code) => code === 0,
      every: 500,
      timeout: 30_000,
    });

  it('captures the days of the portfolio that are left, each once, and settles them', async () => {
    const key = 'portfolio:daily_scheduler:leader';
    const today = Math.floor(Date.now() / DAY) * DAY;
    const first = new Date(today - (MISSED + 1) * DAY).toISOString().slice(0, 10);
    for (let i = 0; i < ACCOUNTS; i += 1) {
      await rows('INSERT INTO accounts (id, name, cash) VALUES ($1, $1, 100)', `account-${i}`);
      await rows(
        `INSERT INTO positions (account_id, symbol, quantity) VALUES ($1, 'AAPL', $2)`,
        `account-${i}`,
        i,
      );
      await rows(
        'INSERT INTO daily_captures (account_id, day, value, captured_at, fencing_token) VALUES ($1, $2, 0, now(), 0)',
        ...[`account-${i}`, first],
      );
    }
    const run = async () => {
      const [, leader] = await leaderOf(key);
      return (await leader.ask('/portfolio/snapshots', { method: 'POST' })).status;
    };
    const cut = run().catch(() => 0);
    const captured = `daily_captures WHERE fencing_token > 0 AND account_id LIKE 'account-%'`;
    await until(() => count(captured), {
      what: 'some captures',
      satisfies: (captures) => captures > 300,
      every: 1,
    });
    await killLeaderOf(key);
    expect(await cut).not.toBe(200);
    const left = await rows(`SELECT * FROM ${captured} ORDER BY account_id, day`);
    expect(left.length).toBeLessThan(ACCOUNTS * MISSED);

    await until(run, {
      what: 'the next leader',
      satisfies: (status) => status === 200,
      every: 200,
      timeout: 30_000,
    });
    const days = await rows<{ days: number; span: number }>(
      `SELECT count(*)::int AS days, max(day) - min(day) + 1 AS span FROM daily_captures WHERE account_id LIKE 'account-%' GROUP BY account_id`,
    );
    expect(days).toHaveLength(ACCOUNTS);
    for (const account of days) {
      expect(account).toEqual(days[0]);
      expect(account.days).toBe(account.span);
    }
    // What the first leader stored is as it stored it.
    const { fencing_token: token } = left[0] as { readonly fencing_token: string };
    expect(
      await rows(`SELECT * FROM ${captured} AND fencing_token = ${token} ORDER BY account_id, day`),
    ).toEqual(left);
    expect(await rows(`SELECT DISTINCT fencing_token FROM ${captured}`)).toHaveLength(2);

    expect(await count('daily_snapshots')).toBe(await count('daily_captures'));
    const wrong = `(SELECT change, value - lag(value) OVER (PARTITION BY account_id ORDER BY day) AS due FROM daily_snapshots) AS settled
      WHERE change IS DISTINCT FROM due`;
    expect(await count(wrong)).toBe(0);
  }, 120_000);

  it('builds the candles that are missing, as the first one would have', async () => {
    const begin = Math.floor(Date.now() / HOUR) * HOUR - 2 * DAY + HOUR;
    for (const symbol of SYMBOLS)
      await rows(
        `INSERT INTO candles (symbol, frame, start, open, high, low, close, fencing_token) VALUES ($1, '1m', $2, 1, 1, 1, 1, 0)`,
        ...[symbol, new Date(begin)],
      );
    await redis.del(CANDLES);
    await leaderOf(CANDLES);
    const built = `candles WHERE frame = '1m' AND fencing_token > 0`;
    const cut = trigger('candles');
    await until(() => count(built), {
      what: 'some candles',
      satisfies: (candles) => candles > 600,
      every: 1,
    });
    await killLeaderOf(CANDLES);
    await cut;
    expect(await count(built)).toBeLessThan(SYMBOLS.length * 2 * 24 * 60);
    // As of now: a run that is under way when a minute ends does not build that one, and the next slot passes meanwhile.
    const asked = new Date().toISOString();
    await triggered('candles');
    const behind = `(SELECT max(start) AS last FROM candles WHERE frame = '1m' GROUP BY symbol) AS newest WHERE last < timestamptz '${asked}' - interval '2 minutes'`;
    await until(() => count(behind), {
      what: 'all candles',
      satisfies: (symbols) => symbols === 0,
      every: 100,
      timeout: 60_000,
    }).catch(async (error: unknown) => {
      const logs = [...hosts.values()].map((host) => host.process.output);
      throw new Error([String(error), (await command('status')).output, ...logs].join('\n'));
    });

    const gaps = await rows<{ symbol: string; missing: number }>(
      `SELECT symbol, (extract(epoch FROM max(start) - min(start)) / 60 + 1 - count(*))::int AS missing FROM candles
       WHERE frame = '1m' GROUP BY symbol`,
    );
    expect(gaps).toHaveLength(SYMBOLS.length);
    expect(gaps.filter(({ missing }) => missing !== 0)).toEqual([]);
    const feed = new PriceFeed(loadPriceSeries());
    type Row = Readonly<Record<'symbol' | 'open' | 'high' | 'low' | 'close', string>> & {
      readonly start: Date;
    };
    const stored = await rows<Row>(`SELECT * FROM ${built}`);
    const isWrong = ({ symbol, start, ...row }: Row) => {
      const candle = minuteCandle(Number(start), (at) => feed.priceAt(symbol as MarketSymbol, at));
      return (['open', 'high', 'low', 'close'] as const).some(
        (price) => Number(row[price]) !== candle[price],
      );
    };
    expect(stored.filter(isWrong)).toEqual([]);
    // Hours that both leaders worked on are whole, too.
    const hours = `(SELECT hour.high, max(minute.high) AS due, count(*) AS minutes FROM candles AS hour JOIN candles AS minute
      ON minute.symbol = hour.symbol AND minute.frame = '1m' AND date_trunc('hour', minute.start) = hour.start
      WHERE hour.frame = '1h' GROUP BY hour.symbol, hour.start, hour.high) AS whole WHERE high <> due OR minutes <> 60`;
    expect(await count(`candles WHERE frame = '1h'`)).toBeGreaterThan(SYMBOLS.length * 40);
    expect(await count(hours)).toBe(0);
  }, 120_000);

  it('goes on with the hour of sentiment and the depth of market that it finds', async () => {
    const key = 'aggregation:sentiment:leader';
    await triggered('sentiment');
    const before = await rows(`SELECT * FROM sentiments ORDER BY at, symbol`);
    const tokensOf = async () =>
      rows<{ symbol: string; token: string }>(
        'SELECT symbol, fencing_token AS token FROM market_depths ORDER BY symbol',
      );
    const tokens = await tokensOf();
    const cut = trigger('sentiment');
    await killLeaderOf(key);
    await cut;
    await triggered('sentiment');
    type Row = {
      readonly symbol: MarketSymbol;
      readonly at: Date;
      readonly ratio: string;
      readonly signal: string;
    };
    const after = await rows<Row>(`SELECT * FROM sentiments ORDER BY at, symbol`);
    expect(after.slice(0, before.length)).toEqual(before);
    expect(after.length).toBeGreaterThanOrEqual(before.length + SYMBOLS.length);
    for (const { symbol, at, ratio, signal } of after) {
      const history = after
        .filter((row) => row.symbol === symbol && row.at < at)
        .map((row) => Number(row.ratio));
      expect(Number(ratio)).toBe(longShortRatioAt(symbol, at));
      expect(signal).toBe(signalOf(Number(ratio), history));
    }
    await until(() => count("market_depths WHERE at > now() - interval '6 seconds'"), {
      what: 'the depth of every symbol to be kept up to date',
      satisfies: (symbols) => symbols === SYMBOLS.length,
      timeout: 20_000,
    });
    // Each symbol has a shard, whose tokens rise.
    const later = await tokensOf();
    for (const [i, { symbol, token }] of tokens.entries()) {
      expect(later[i]?.symbol).toBe(symbol);
      expect(Number(later[i]?.token)).toBeGreaterThanOrEqual(Number(token));
    }
  }, 120_000);
});
