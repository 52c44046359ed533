import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { isFinal, JOB_STATES } from '../../model/index.js';
import { RedisWatch } from './redis-watch.js';
import { RedisJobStore } from './redis-job-store.js';
import { JOB_FIELDS } from './script-common.js';
import { LIST_ITEMS } from './scripts.js';
import { Context, FAILED } from '../../spec-support/job-store-contract/context.js';
import {
  describeJobStore,
  type JobStoreUnderTest,
  LONG_RETENTION,
  SHORT_RETENTION,
} from '../../spec-support/job-store-contract/index.js';
import { cleanUpAll } from '../../../../../test/support/deferred-cleanup.js';
import { RedisServer } from '../../../../../test/support/redis-server.js';
import { seededRandom } from '../../../../../test/support/seeded-random.js';
import { until } from '../../../../../test/support/until.js';

afterAll(cleanUpAll);

const STEM = '{background-jobs}';

describeJobStore('RedisJobStore', async () => onRedis(await RedisServer.start()));

describeJobStore('RedisJobStore with a key prefix', async () => onRedis(await RedisServer.start(), 'app:'));

describe('RedisJobStore', () => {
  let server: RedisServer;
  let operator: Redis;
  let context: Context;

  beforeAll(async () => {
    server = await RedisServer.start();
    operator = new Redis(server.url);
    context = new Context(() => onRedis(server));
    await context.start();
  });
  beforeEach(() => operator.flushall());
  afterAll(async () => {
    await context.close();
    operator.disconnect();
  });

  const indexOf = (type: string, state: string) => `${STEM}:index:${type}:${state}`;

  it('fills its pages though ids of jobs that are gone are in the index, and drops those', async () => {
    const type = context.newType();
    const ids: string[] = [];
    for (let i = 0; i < 60; i += 1) ids.push((await context.created({ type })).id);
    const kept = ids.filter((_, i) => i % 6 === 0);
    for (const id of ids) if (!kept.includes(id)) await operator.del(`${STEM}:job:${id}`);
    const first = await context.store.list({ type, limit: 4 });
    expect(first.entries.map(({ id }) => id)).toEqual(kept.toReversed().slice(0, 4));
    const rest = await context.store.list({ type, limit: 6, cursor: first.next });
    expect(rest.entries.map(({ id }) => id)).toEqual(kept.toReversed().slice(4));
    expect(rest.next).toBeUndefined();
    expect(await context.store.active(3, [type])).toEqual(kept.slice(0, 3));
    expect(await operator.zcard(indexOf(type, 'pending'))).toBe(kept.length);
  });

  it('leaves no key behind of what is past its retention', async () => {
    const job = await context.running(['a']);
    await context.complete(job, context.brief);
    await context.gone(job.id);
    await context.store.expire(Date.now() + 1_000);
    expect(await operator.keys('*')).toEqual([`${STEM}:types`]);
  });

  it('lists a part once that is sent again because its answer was lost', async () => {
    const { id } = await context.created();
    const run = await context.begun(id);
    const list = (from: number, last: number, ...keys: readonly string[]) =>
      operator.eval(LIST_ITEMS, 1, STEM, id, run, 1, from, last, ...keys.flatMap((key) => [key, 0, '']));
    for (const times of [1, 2]) await list(0, 0, 'a', `b${times}`);
    for (const key of ['c', 'c']) await list(2, 0, key);
    for (const key of ['d', 'd']) await list(3, 1, key);
    expect(await context.store.get(id)).toMatchObject({ counts: { total: 4 } });
    const { entries } = (await context.store.items(id, { limit: 10 }))!;
    expect(entries.map(({ key }) => key)).toEqual(['a', 'b2', 'c', 'd']);
  });

  it.each(['order', 'ledger'])(
    'fails a job whose %s somebody removed: nobody knows what is left to do',
    async (part) => {
      const { id, type } = await context.running(['a']);
      await operator.del(`${STEM}:${part}:${id}`);
      expect(await context.store.begin(id, Date.now())).toBe('over');
      expect(await context.store.get(id)).toMatchObject({
        state: 'failed',
        error: { code: 'BGJ_UNREADABLE' },
      });
      expect(await context.store.count(type, 'running')).toBe(0);
      expect(await operator.pttl(`${STEM}:job:${id}`)).toBeGreaterThan(0);
    },
  );

  it('takes off the list of ends what is none of its own', async () => {
    await operator.zadd(`${STEM}:expiry`, '1', 'nonsense', '1', '');
    expect(await context.store.count('x', 'completed')).toBe(0);
    await context.store.expire(Date.now());
    expect(await operator.exists(`${STEM}:expiry`)).toBe(0);
  });

  describe.each<[string, readonly string[], (id: string) => Promise<unknown>]>([
    ['another type', JOB_FIELDS, (id) => operator.set(`${STEM}:job:${id}`, 'x')],
    ['no state', ['state'], (id) => operator.hset(`${STEM}:job:${id}`, 'state', 'x')],
    [
      'no number',
      ['completed', 'revision'],
      (id) => operator.hset(`${STEM}:job:${id}`, { completed: 'x', revision: 'x' }),
    ],
    ['no JSON', ['request'], (id) => operator.hset(`${STEM}:job:${id}`, 'request', '{')],
    ['no date', ['createdAt'], (id) => operator.hset(`${STEM}:job:${id}`, 'createdAt', '8640000000000001')],
    ['fields missing', ['type', 'total'], (id) => operator.hdel(`${STEM}:job:${id}`, 'type', 'total')],
    ['a text of 20 MB', ['request'], (id) => operator.hset(`${STEM}:job:${id}`, 'request', 'x'.repeat(20e6))],
  ])('of a hash with %s', (_, unreadable, spoil) => {
    const spoiled = async () => {
      const job = await context.created();
      await spoil(job.id);
      return job;
    };

    it('shows what can be read, and lists the others', async () => {
      const { id, type } = await spoiled();
      const { id: sound } = await context.created({ type });
      expect(await context.store.get(id)).toMatchObject({ id, unreadable });
      const { entries } = await context.store.list({ type, limit: 2 });
      expect(entries.map((job) => [job.id, job.unreadable])).toEqual([
        [sound, undefined],
        [id, unreadable],
      ]);
    });

    it('fails the job when it is taken up, once, with the reason', async () => {
      const { id, type } = await spoiled();
      expect(await context.store.begin(id, Date.now())).toBe('over');
      expect(await context.store.get(id)).toMatchObject({
        state: 'failed',
        error: { code: 'BGJ_UNREADABLE' },
      });
      expect(await context.store.begin(id, Date.now())).toBe('over');
      expect((await context.store.list({ type, states: ['failed'], limit: 2 })).entries).toMatchObject([
        { id },
      ]);
      expect(await context.store.active(9, [type])).toEqual([]);
    });

    it('cancels the job, which then goes like any other', async () => {
      const { id, type } = await spoiled();
      expect(await context.store.requestCancel(id, Date.now())).toMatchObject({ id, state: 'cancelled' });
      expect(await context.store.active(9, [type])).toEqual([]);
      await context.store.expire(Date.now() + LONG_RETENTION.failed);
      expect(await operator.keys('*')).toEqual([`${STEM}:types`]);
    });
  });

  it.each(['types', 'expiry', 'index:t:pending', 'index:t:running'])(
    'goes on without what has the name of its key %s, but another type',
    async (name) => {
      const { id } = await context.running(['a'], { type: 't' });
      await operator.set(`${STEM}:${name}`, 'x');
      await context.created({ type: 't' });
      await context.store.list({ limit: 9 });
      const last = await context.created({ type: 't' });
      expect(await context.store.active(9, ['t'])).toContain(last.id);
      await context.complete({ id, type: 't', run: 1 });
      expect(await context.store.count('t', 'completed')).toBe(1);
      await context.store.expire(Date.now());
      expect(await operator.type(`${STEM}:${name}`)).not.toBe('string');
    },
  );

  it('removes what is no type from the set of types, which would keep jobs out of the lists and scripts long', async () => {
    const sound = await context.created();
    const broken = await context.created();
    const others = Array.from({ length: 5_000 }, (_, i) => `Not a type ${i}`);
    await operator.sadd(`${STEM}:types`, 'x'.repeat(3e6), 'x'.repeat(101), '', 'Ä', ...others);
    await operator.hset(`${STEM}:job:${broken.id}`, 'state', 'x');
    await context.store.requestCancel(broken.id, Date.now());
    expect(await operator.smembers(`${STEM}:types`)).toEqual(
      expect.arrayContaining([sound.type, broken.type]),
    );
    expect(await operator.scard(`${STEM}:types`)).toBe(new Set([sound.type, broken.type]).size);
    await operator.sadd(`${STEM}:types`, ...others);
    const { entries } = await context.store.list({ limit: 2 });
    expect(entries.map(({ id }) => id)).toEqual([broken.id, sound.id]);
  });

  it('shows an outcome that cannot be read as a failed item, and the others as they are', async () => {
    const { id } = await context.running(['a', 'b']);
    await operator.hset(`${STEM}:ledger:${id}`, 'a', 'x'.repeat(1e6));
    const { entries } = (await context.store.items(id, { limit: 2 }))!;
    expect(entries).toMatchObject([
      { status: 'failed', error: { code: 'BGJ_UNREADABLE' } },
      { status: 'pending' },
    ]);
  });

  describe('the index of items by status', () => {
    const keys = Array.from({ length: 1_203 }, (_, i) => `k${i}`);
    const failedOf = async (id: string) => {
      const failed: string[] = [];
      let cursor: string | undefined;
      do {
        const page = (await context.other.items(id, { status: 'failed', limit: 7, cursor }))!;
        failed.push(...page.entries.map(({ key }) => key));
        cursor = page.next;
      } while (cursor !== undefined);
      return failed;
    };
    const asOfAnOlderVersion = async (id: string) => {
      await operator.hdel(`${STEM}:job:${id}`, 'indexed', 'indexing', 'indexedFrom');
      await operator.del(
        ...['pending', 'done', 'skipped', 'failed'].map((status) => `${STEM}:${status}:${id}`),
      );
    };
    const builds = async (read: () => Promise<unknown>) => {
      const calls = async () =>
        Number(/cmdstat_setbit:calls=(\d+)/.exec(await operator.info('commandstats'))?.[1] ?? 0);
      const before = await calls();
      await read();
      return (await calls()) - before;
    };

    it('is kept by whoever settles, and never built', async () => {
      const job = await context.running(keys);
      for (const key of ['k3', 'k8', 'k1202']) await context.settle(job, key, FAILED);
      await context.settle(job, 'k9');
      expect(await builds(async () => expect(await failedOf(job.id)).toEqual(['k3', 'k8', 'k1202']))).toBe(0);
      const again = await context.store.begin(job.id, Date.now());
      if (typeof again === 'string') throw new Error(again);
      await context.settle({ ...job, run: again.run }, 'k5', FAILED);
      expect(
        await builds(async () => expect(await failedOf(job.id)).toEqual(['k3', 'k5', 'k8', 'k1202'])),
      ).toBe(0);
    });

    it('is built when it is asked for, of a job that an older version wrote, and once', async () => {
      const job = await context.running(keys);
      for (const key of ['k3', 'k700']) await context.settle(job, key, FAILED);
      await context.complete(job);
      await asOfAnOlderVersion(job.id);
      expect(await builds(async () => expect(await failedOf(job.id)).toEqual(['k3', 'k700']))).toBe(
        keys.length,
      );
      expect(await builds(async () => expect(await failedOf(job.id)).toEqual(['k3', 'k700']))).toBe(0);
      expect(await context.store.retryFailed(job.id, Date.now())).toMatchObject({ counts: { failed: 0 } });
      expect(await builds(async () => expect(await failedOf(job.id)).toEqual([]))).toBe(0);
      expect(await context.store.begin(job.id, Date.now())).toMatchObject({
        pending: { length: keys.length },
      });
    });

    it('is right while a replica of an older version runs the job, which knows nothing of it', async () => {
      const job = await context.running(keys);
      for (const key of ['k3', 'k4', 'k600']) {
        // It has not listed them, so it does not know where they stand.
        await context.other.settle(job.id, job.run, key, FAILED, Date.now());
        expect(await failedOf(job.id)).toContain(key);
      }
      expect(await failedOf(job.id)).toEqual(['k3', 'k4', 'k600']);
    });

    it('is not built for ever of a ledger that says something else than the counts', async () => {
      const job = await context.running(keys);
      await context.complete(job);
      await operator.hset(`${STEM}:ledger:${job.id}`, 'k7', 'nonsense');
      await operator.hset(`${STEM}:job:${job.id}`, 'completed', 9);
      expect(await failedOf(job.id)).toEqual(['k7']);
      expect(await builds(() => failedOf(job.id))).toBe(0);
    });
  });

  it('reads a page to its end, whatever the index says', async () => {
    const job = await context.running(['a', 'b', 'c']);
    await context.settle(job, 'b', FAILED);
    await operator.set(`${STEM}:failed:${job.id}`, 'x'.repeat(2_000_000));
    const page = await context.store.items(job.id, { status: 'failed', limit: 1 });
    expect(page).toMatchObject({ entries: [{ key: 'b' }] });
  });

  it('subscribes, and stays so, whatever time-outs the client it is given has', async () => {
    const client = new Redis(server.url, { commandTimeout: 1_000, socketTimeout: 100 });
    const said: string[] = [];
    const logger = { log: (line: string) => said.push(line), warn: (line: string) => said.push(line) };
    const watch = await RedisWatch.of({ redis: client, prefix: STEM, logger });
    const store = await RedisJobStore.open({ redis: client, watch });
    const heard: string[] = [];
    await store.subscribe(({ id }) => heard.push(id));
    const subscribed = async () => Number((await operator.pubsub('NUMSUB', `${STEM}:notices`))[1]);
    // With the three of the context.
    await until(subscribed, { what: 'the subscription', satisfies: (count) => count === 4 });
    // Longer than the client's own limit, with nothing to hear.
    await until(() => operator.client('LIST', 'TYPE', 'PUBSUB'), {
      what: 'a second of silence',
      satisfies: (list) => [...String(list).matchAll(/ idle=(\d+)/g)].every(([, idle]) => Number(idle) >= 1),
    });
    expect(await subscribed()).toBe(4);
    const { id } = await context.created();
    await until(() => heard.includes(id), { what: 'the notice' });
    expect(said).toEqual([]);
    await store.close();
    client.disconnect();
  });

  it('stays of one piece, whoever begins, cancels, ends and retries at once', async () => {
    const random = seededRandom(7);
    const { store, other } = context;
    for (let round = 0; round < 20; round += 1) {
      const { id, type, run } = await context.running(['a', 'b']);
      await context.settle({ id, type, run }, 'a', FAILED);
      const at = Date.now();
      const steps = [
        () => other.begin(id, at),
        () => store.requestCancel(id, at),
        () => store.finish(id, run, { state: 'failed', error: FAILED.error }, at),
        () => other.retryFailed(id, at),
        () => store.settle(id, run, 'b', { status: 'done' }, at),
        () => other.yield(id, run, at),
      ];
      const order = steps.map((step) => ({ step, rank: random() })).sort((a, b) => a.rank - b.rank);
      await Promise.all(order.map(({ step }) => step()));
      await expectWhole(id, type);
      const next = await other.begin(id, at);
      if (typeof next !== 'string')
        expect(await store.settle(id, next.run - 1, 'b', { status: 'done' }, at)).toBe('lost');
      await expectWhole(id, type);
    }
  });

  /** In one index, that of its state; kept for ever or not; counted as the ledger says. */
  async function expectWhole(id: string, type: string): Promise<void> {
    const job = (await context.store.get(id))!;
    const indexed = await Promise.all(
      JOB_STATES.map(async (state) =>
        (await operator.zscore(indexOf(type, state), id)) === null ? [] : [state],
      ),
    );
    expect(indexed.flat()).toEqual([job.state]);
    const isOver = isFinal(job.state);
    expect(job.finishedAt !== null).toBe(isOver);
    for (const part of ['job', 'order', 'ledger'])
      expect((await operator.pttl(`${STEM}:${part}:${id}`)) > 0).toBe(isOver);
    const ends = await operator.zrange(`${STEM}:expiry`, '0', '-1');
    expect(ends.filter((end) => end.startsWith(id))).toHaveLength(isOver ? 1 : 0);
    const { entries } = (await context.store.items(id, { limit: 10 }))!;
    const having = (status: string) => entries.filter((item) => item.status === status).length;
    expect(job.counts).toEqual({ total: 2, completed: having('done'), failed: having('failed'), skipped: 0 });
  }
});

async function onRedis(server: RedisServer, keyPrefix = ''): Promise<JobStoreUnderTest> {
  const redis = { host: '127.0.0.1', port: server.port, keyPrefix };
  const open = (retention = LONG_RETENTION) => RedisJobStore.open({ redis, retention });
  const stores = [await open(), await open(), await open(SHORT_RETENTION)] as const;
  const [store, other, brief] = stores;
  return {
    ...{ store, other, brief },
    close: async () => {
      await Promise.all(stores.map((each) => each.close()));
    },
  };
}
