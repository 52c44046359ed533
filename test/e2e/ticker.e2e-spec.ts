import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cleanUpAll, until } from '../support/processes.js';
import { PostgresServer } from '../support/postgres-server.js';
import { RedisServer } from '../support/redis-server.js';
import { Host } from './host/host.js';
import { Listener } from './ticker/listener.js';
import { contractsOf, reload, statusOf, type TickerStatus } from './ticker/ticker-api.js';

const INTERVAL = 100;
/** So many that the history is not complete when its leader is killed. */
const DAYS = 1_200;
const SYMBOLS = 6;
const CONTRACTS = 200;
const ACCOUNTS = ['stream-1', 'stream-2', 'stream-3', 'stream-4'];

function nameOf(bar: Readonly<Record<string, unknown>>): string {
  return [bar['account_id'], bar['day'], bar['symbol']].map(String).join(' ');
}

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
  /** The replica that streams the most, and the other one. */
  async function roles(): Promise<{ leader: Host; other: Host | undefined }> {
    const { streaming, stream, plan } = await statusOf(hosts[0]!);
    if (!streaming || stream.ticks === 0) throw new Error('not everything is streamed');
    const accounts = (name: string) => plan.filter(({ replica }) => replica.startsWith(`${name}-`)).length;
    const [a, b] = hosts;
    return accounts('A') >= accounts('B') ? { leader: a!, other: b } : { leader: b!, other: a };
  }
  const streaming = () => until(roles, { what: 'all shards to be streamed', timeout: 20_000 });
  const contracts = (status: TickerStatus) =>
    contractsOf(status).reduce((sum, { contracts }) => sum + contracts, 0);

  it('reloads everywhere, whichever replica is asked, and answers who waits when it is done', async () => {
    const { leader, other } = await streaming();
    for (const [i, host] of [leader, other!].entries()) {
      await rows(`INSERT INTO ticker_subscriptions (instrument) VALUES ('AAPL271217C0025${i}000')`);
      // Accounts move until each replica has its share: while one does, nobody streams it.
      await until(() => reload(host, 'wait=true'), {
        what: 'the new subscription to be streamed once the answer is there',
        satisfies: ({ status, body }) =>
          status === 200 && (body as { contracts: number }).contracts === CONTRACTS + 1 + i,
      });
    }
    await rows(`INSERT INTO ticker_subscriptions (instrument) VALUES ('AAPL271217C00260000')`);
    await until(
      async () => {
        const { plan } = await statusOf(leader);
        const { status, body } = await reload(other!, 'wait=false');
        return { status, body, streaming: [...new Set(plan.map(({ replica }) => replica))].sort() };
      },
      {
        what: 'those who stream to be asked',
        satisfies: ({ status, body, streaming }) => {
          const { asked } = body as { readonly asked: readonly string[] };
          return status === 200 && streaming.every((replica) => asked.includes(replica));
        },
      },
    );
    await until(() => statusOf(other!), {
      what: 'the new subscription to be streamed',
      satisfies: (status) => contracts(status) === CONTRACTS + 3,
    });
  }, 30_000);

  it('goes on where a leader was killed in the middle of its work, and loses nothing', async () => {
    const { leader, other: standby } = await streaming();
    // The history is in the database: any replica can tell.
    await until(() => statusOf(standby!), {
      what: 'the history to be under way',
      satisfies: ({ history }) => (history[0]?.doneDays ?? 0) >= 20,
      every: 5,
    });
    const whole = await until(() => statusOf(leader), {
      what: 'all accounts to be streamed',
      satisfies: (status) => contracts(status) === CONTRACTS + 3,
    });
    const plan = contractsOf(whole);
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
      satisfies: ({ streaming, plan, history }) =>
        streaming &&
        new Set(plan.map(({ replica }) => replica)).size === 1 &&
        history.length === 4 &&
        history.every(({ completedAt }) => completedAt !== null),
      timeout: 60_000,
    });
    expect(contractsOf(after)).toEqual(plan);
    // Every day once, by two leaders, and what the first one stored as it stored it.
    expect(
      await rows(
        'SELECT account_id, count(*)::int AS bars, count(DISTINCT day)::int AS days FROM ticker_daily_bars GROUP BY 1 ORDER BY 1',
      ),
    ).toEqual(ACCOUNTS.map((account_id) => ({ account_id, bars: DAYS * SYMBOLS, days: DAYS })));
    const stored = new Map(
      (await rows('SELECT * FROM ticker_daily_bars')).map((bar) => [nameOf(bar), bar] as const),
    );
    expect(before.map((bar) => stored.get(nameOf(bar)))).toEqual(before);
    const leaders = await rows(
      'SELECT account_id, count(DISTINCT fencing_token)::int AS leaders FROM ticker_daily_bars GROUP BY 1',
    );
    expect(Math.max(...leaders.map(({ leaders }) => Number(leaders)))).toBe(2);
    // Who listens to an account hears no leader of the past after a newer one.
    for (const account of ACCOUNTS) {
      const heard = listener.heard.filter(({ channel }) => channel === `ticker:${account}`);
      const tokens = heard.map(({ fencingToken }) => fencingToken);
      expect(tokens).toEqual([...tokens].sort((one, other) => one - other));
      expect(new Set(tokens).size).toBeLessThanOrEqual(2);
    }
  }, 100_000);

  it.each([
    ['frozen', async () => data.freeze(), async () => data.thaw()],
    ['gone', () => data.crash(), () => data.restart()],
  ])(
    'goes on ticking while the Redis that it publishes to is %s, counts what it drops, and recovers',
    async (_, takeAway, giveBack) => {
      const [host] = hosts as [Host];
      const publisherOf = async () => {
        const { stream, streaming, replicas } = await statusOf(host);
        return { streaming, stream, publisher: replicas[0]!.publisher };
      };
      const healthy = await publisherOf();
      await takeAway();
      const open = await until(() => publisherOf(), {
        what: 'the breaker to open',
        satisfies: ({ publisher }) => publisher.openings > healthy.publisher.openings,
      });
      const later = await until(() => publisherOf(), {
        what: 'twenty further ticks',
        satisfies: ({ stream }) => stream.ticks >= open.stream.ticks + 20,
        timeout: 20 * INTERVAL + 5_000,
      });
      expect(later.streaming).toBe(true);
      expect(later.publisher.dropped.open).toBeGreaterThan(open.publisher.dropped.open);
      await giveBack();
      await until(() => publisherOf(), {
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
