import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { JobStoreError } from '../../errors/index.js';
import { isFinal, JOB_STATES } from '../../model/index.js';
import { RedisJobStore } from './redis-job-store.js';
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
    expect(await context.store.active(3)).toEqual(kept.slice(0, 3));
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

  it('begins a job whose ledger somebody removed, with nothing left to do', async () => {
    const { id } = await context.running(['a']);
    await operator.del(`${STEM}:order:${id}`, `${STEM}:ledger:${id}`);
    expect(await context.store.begin(id, Date.now())).toMatchObject({ pending: [] });
  });

  it('takes off the list of ends what is none of its own', async () => {
    await operator.zadd(`${STEM}:expiry`, '1', 'nonsense', '1', '');
    expect(await context.store.count('x', 'completed')).toBe(0);
    await context.store.expire(Date.now());
    expect(await operator.exists(`${STEM}:expiry`)).toBe(0);
  });

  it.each<[string, (id: string) => Promise<unknown>]>([
    ['another type', (id) => operator.set(`${STEM}:job:${id}`, 'x')],
    ['no state', (id) => operator.hset(`${STEM}:job:${id}`, 'state', 'x')],
    ['no number', (id) => operator.hset(`${STEM}:job:${id}`, 'completed', 'x', 'revision', 'x')],
    ['no JSON', (id) => operator.hset(`${STEM}:job:${id}`, 'request', '{')],
    ['fields missing', (id) => operator.hdel(`${STEM}:job:${id}`, 'type', 'total')],
  ])('has a JobStoreError for a hash with %s', async (_, spoil) => {
    const { id, type } = await context.created();
    await spoil(id);
    await expect(context.store.get(id)).rejects.toThrow(JobStoreError);
    await expect(context.store.list({ type, limit: 1 })).rejects.toThrow(JobStoreError);
  });

  it.each(['null', '1', '"x"', '[]', '{', '{"status":"x","at":1}', '{"status":"done"}'])(
    'has a JobStoreError for the outcome %s',
    async (outcome) => {
      const { id } = await context.running(['a']);
      await operator.hset(`${STEM}:ledger:${id}`, 'a', outcome);
      await expect(context.store.items(id, { limit: 1 })).rejects.toThrow(JobStoreError);
    },
  );

  it('subscribes, and stays so, whatever time-outs the client it is given has', async () => {
    const client = new Redis(server.url, { commandTimeout: 1_000, socketTimeout: 100 });
    const errors: Error[] = [];
    const store = await RedisJobStore.open({ redis: client, onError: (error) => errors.push(error) });
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
    expect(errors).toEqual([]);
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
