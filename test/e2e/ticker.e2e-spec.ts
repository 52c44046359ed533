import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cleanUpAll, until } from '../support/processes.js';
import { PostgresServer } from '../support/postgres-server.js';
import { RedisServer } from '../support/redis-server.js';
import { Host } from './host/host.js';
import { Listener } from './ticker/listener.js';
import { reload, statusOf } from './ticker/ticker-api.js';

const INTERVAL = 100;
/** So many that the history is not complete when its leader is killed. */
const DAYS = 400;
const SYMBOLS = 6;
const CONTRACTS = 200;
const ACCOUNTS = ['stream-1', 'stream-2', 'stream-3', 'stream-4'];

/** Two replicas on PostgreSQL; the leases are in one Redis, and what is streamed goes to another. The tests follow each other. */
describe('The ticker', () => {
  let postgres: PostgresServer;
  let data: RedisServer;
  let listener: Listener;
  let hosts: Host[];

  beforeAll(async () => {
    const [server, leases, other] = await Promise.all([
      PostgresServer.start(),
      RedisServer.start(),
      RedisServer.start(),
    ]);
    [postgres, data] = [server, other];
    listener = await Listener.open(data.url);
    const env = {
      DATABASE_URL: postgres.url,
      REDIS_URL: leases.url,
      TICKER_REDIS_URL: data.url,
      LEASE_TTL: '1500',
      TICKER_INTERVAL: String(INTERVAL),
      TICKER_RELOAD_INTERVAL: '50',
      TICKER_PUBLISH_RETRY: '500',
      TICKER_HISTORY_DAYS: String(DAYS),
      TICKER_HISTORY_BATCH: '1',
    };
    hosts = await Promise.all(['A', 'B'].map((name) => Host.start({ env: { ...env, INSTANCE_ID: name } })));
  }, 120_000);
  afterAll(cleanUpAll, 30_000);

  const rows = async (query: string) => (await postgres.pool.query<Record<string, unknown>>(query)).rows;
  async function roles(): Promise<{ leader: Host; standby: Host | undefined }> {
    const states = await Promise.all(hosts.map(async (host) => ({ host, status: await statusOf(host) })));
    const leader = states.find(({ status }) => status.streaming && status.stream.ticks > 0)?.host;
    if (!leader) throw new Error('nobody streams');
    return { leader, standby: hosts.find((host) => host !== leader) };
  }
  const streaming = () => until(roles, { what: 'a replica that streams', timeout: 20_000 });

  it('reloads whichever replica is asked, and answers who waits on the leader only', async () => {
    const { leader, standby } = await streaming();
    const name = (await statusOf(leader)).leader;
    await rows(`INSERT INTO ticker_subscriptions (instrument) VALUES ('AAPL271217C00250000')`);
    expect(await reload(standby!, 'wait=true')).toMatchObject({
      status: 409,
      body: { code: 'TICKER_NOT_STREAMING', leader: name },
    });
    expect(await reload(standby!, 'wait=false')).toEqual({ status: 200, body: { asked: name } });
    await until(() => statusOf(leader), {
      what: 'the new subscription to be streamed',
      satisfies: ({ plan }) => plan.reduce((sum, { contracts }) => sum + contracts, 0) === CONTRACTS + 1,
    });
    expect((await reload(leader, 'wait=true')).body).toMatchObject({ contracts: CONTRACTS + 1 });
  }, 30_000);

  it('goes on where a leader was killed in the middle of its work, and loses nothing', async () => {
    const { leader, standby } = await streaming();
    // The history is in the database: any replica can tell.
    await until(() => statusOf(standby!), {
      what: 'the history to be under way',
      satisfies: ({ history }) => (history[0]?.doneDays ?? 0) >= 20,
      every: 5,
    });
    const { plan } = await statusOf(leader);
    await leader.kill();
    const before = await rows('SELECT * FROM ticker_daily_bars ORDER BY account_id, day, symbol');
    expect(before.length).toBeGreaterThanOrEqual(20 * SYMBOLS);
    expect(before.length).toBeLessThan(ACCOUNTS.length * DAYS * SYMBOLS);
    const [{ dropped } = { dropped: 0 }] = await rows(
      'SELECT count(*)::int AS dropped FROM ticker_subscriptions WHERE NOT active',
    );
    expect(dropped).toBe(2);

    hosts = [standby!];
    const after = await until(() => statusOf(standby!), {
      what: 'the other replica to stream and to complete the history',
      satisfies: ({ streaming, history }) =>
        streaming && history.length === 4 && history.every(({ completedAt }) => completedAt !== null),
      timeout: 60_000,
    });
    expect(after.plan).toEqual(plan);
    // Every day once, by two leaders, and what the first one stored as it stored it.
    expect(
      await rows(
        'SELECT account_id, count(*)::int AS bars, count(DISTINCT day)::int AS days FROM ticker_daily_bars GROUP BY 1 ORDER BY 1',
      ),
    ).toEqual(ACCOUNTS.map((account_id) => ({ account_id, bars: DAYS * SYMBOLS, days: DAYS })));
    const [{ token } = { token: 0 }] = await rows(
      'SELECT min(fencing_token) AS token FROM ticker_daily_bars',
    );
    expect(
      await rows(
        `SELECT * FROM ticker_daily_bars WHERE fencing_token = ${Number(token)} ORDER BY account_id, day, symbol`,
      ),
    ).toEqual(before);
    expect(await rows('SELECT DISTINCT fencing_token FROM ticker_daily_bars')).toHaveLength(2);
    // Who listens hears no leader of the past after a newer one.
    const tokens = listener.heard.map(({ fencingToken }) => fencingToken);
    expect(tokens).toEqual([...tokens].sort((one, other) => one - other));
    expect(new Set(tokens).size).toBe(2);
  }, 100_000);

  it.each([
    ['frozen', async () => data.freeze(), async () => data.thaw()],
    ['gone', () => data.crash(), () => data.restart()],
  ])(
    'goes on ticking while the Redis that it publishes to is %s, counts what it drops, and recovers',
    async (_, takeAway, giveBack) => {
      const [host] = hosts as [Host];
      const healthy = await statusOf(host);
      await takeAway();
      const open = await until(() => statusOf(host), {
        what: 'the breaker to open',
        satisfies: ({ publisher }) => publisher.openings > healthy.publisher.openings,
      });
      const later = await until(() => statusOf(host), {
        what: 'twenty further ticks',
        satisfies: ({ stream }) => stream.ticks >= open.stream.ticks + 20,
        timeout: 20 * INTERVAL + 5_000,
      });
      expect(later.streaming).toBe(true);
      expect(later.publisher.dropped.open).toBeGreaterThan(open.publisher.dropped.open);
      await giveBack();
      await until(() => statusOf(host), {
        what: 'the breaker to close',
        satisfies: ({ publisher }) =>
          publisher.state === 'closed' && publisher.published > later.publisher.published,
      });
      const heard = listener.heard.length;
      await until(() => listener.heard.length > heard, { what: 'a message' });
    },
    30_000,
  );
});
