import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as pass } from 'node:timers/promises';
import { shardOf } from 'nestjs-background-services';
import { PostgresServer } from '../support/postgres-server.js';
import { cleanUpAll, until } from '../support/processes.js';
import { RedisServer } from '../support/redis-server.js';
import { Host } from './host/host.js';
import { Listener } from './ticker/listener.js';
import { contractsOf, statusOf, type TickerStatus } from './ticker/ticker-api.js';

const INTERVAL = 100;
const SHARDS = 8;
const ACCOUNTS = [
  ...['stream-1', 'stream-2', 'stream-3', 'stream-4'],
  ...Array.from({ length: 8 }, (_, i) => `more-${i}`),
];
const WATCHED = 3_000;
/** Longer than placement waits before it evens out. */
const RESTED = 6_000;

/** Two replicas of the host on PostgreSQL and a real Redis, and twelve accounts. The tests follow each other. */
describe('The accounts of the ticker', () => {
  let redis: RedisServer;
  let listener: Listener;
  let hosts: [Host, Host];

  beforeAll(async () => {
    const [postgres, server] = await Promise.all([PostgresServer.start(), RedisServer.start()]);
    redis = server;
    listener = await Listener.open(redis.url);
    const env = {
      DATABASE_URL: postgres.url,
      REDIS_URL: redis.url,
      LEASE_TTL: '1500',
      TICKER_INTERVAL: String(INTERVAL),
      TICKER_RELOAD_INTERVAL: '50',
      TICKER_HISTORY_DAYS: '1',
    };
    const start = (name: string) => Host.start({ env: { ...env, INSTANCE_ID: name } });
    hosts = [await start('A'), await start('B')];
    await postgres.pool.query(
      `INSERT INTO ticker_accounts (id) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING`,
      [ACCOUNTS],
    );
    expect((await hosts[1].ask('/ticker/reload', { method: 'POST' })).status).toBe(200);
  }, 120_000);
  afterAll(cleanUpAll, 30_000);

  const whoTicks = ({ plan }: TickerStatus) => new Set(plan.map(({ replica }) => replica));

  /** Waits until both replicas have accounts, and nothing has moved for a while. */
  async function comeToRest(): Promise<TickerStatus> {
    let plan = '';
    let since = 0;
    return until(() => statusOf(hosts[0]), {
      what: 'the accounts to be dealt out',
      satisfies: (status) => {
        const now = JSON.stringify(status.plan);
        if (now !== plan) [plan, since] = [now, Date.now()];
        const isWhole = status.streaming && status.plan.length === ACCOUNTS.length;
        return isWhole && whoTicks(status).size === 2 && Date.now() - since > RESTED;
      },
      every: 200,
      timeout: 60_000,
    });
  }

  it('are dealt out: each is ticked by one replica alone, once an interval, and both have some', async () => {
    const before = await comeToRest();
    const from = listener.heard.length;
    await pass(WATCHED);
    const heard = listener.heard.slice(from);
    const after = await statusOf(hosts[1]);
    expect(after.plan).toEqual(before.plan);
    expect(after.plan.map(({ account }) => account)).toEqual([...ACCOUNTS].sort());
    for (const { account, shard } of after.plan) {
      expect(shard).toBe(shardOf(account, SHARDS));
      const messages = heard.filter(({ channel }) => channel === `ticker:${account}`);
      expect(new Set(messages.map(({ fencingToken }) => fencingToken)).size).toBe(1);
      // A busy machine may make ticks late, never double them.
      expect(messages.length).toBeLessThanOrEqual(WATCHED / INTERVAL + 2);
      expect(messages.length).toBeGreaterThan(WATCHED / INTERVAL / 4);
    }
    const bars = heard.filter(({ channel }) => channel === 'ticker:bars');
    expect(bars.length).toBeLessThanOrEqual(WATCHED / INTERVAL + 2);
  }, 90_000);

  it('are told of by either replica, the same by both', async () => {
    const [one, other] = await Promise.all(hosts.map((host) => statusOf(host)));
    const told = ({ streaming, shards, plan, replicas }: TickerStatus) => ({
      ...{ streaming, shards, plan },
      replicas: replicas.map(({ replica, shards }) => ({ replica, shards })),
    });
    expect(told(one!)).toEqual(told(other!));
    expect(one!.replicas.flatMap(({ shards }) => shards).sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    for (const { replica } of one!.replicas) expect(whoTicks(one!)).toContain(replica);
  });

  it('are all taken over when a replica is killed', async () => {
    const [killed, survivor] = hosts;
    const before = await statusOf(survivor);
    await killed.kill();
    const after = await until(() => statusOf(survivor), {
      what: 'the other replica to stream everything',
      satisfies: (status) => status.streaming && whoTicks(status).size === 1 && status.replicas.length === 1,
      timeout: 20_000,
    });
    expect([...whoTicks(after)][0]).toMatch(/^B-/);
    expect(contractsOf(after)).toEqual(contractsOf(before));
    const heard = listener.heard.length;
    await until(
      () => new Set(listener.heard.slice(heard).map(({ channel }) => channel)).size > ACCOUNTS.length,
      {
        what: 'messages of all accounts and the bars',
      },
    );
  }, 60_000);
});
