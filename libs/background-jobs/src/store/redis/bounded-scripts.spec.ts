import { afterAll, afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Redis } from 'ioredis';
import { cleanUpAll } from '../../../../../test/support/deferred-cleanup.js';
import { parseCommandStats } from '../../../../../test/support/redis-info.js';
import { RedisServer } from '../../../../../test/support/redis-server.js';
import { seededRandom } from '../../../../../test/support/seeded-random.js';
import { type ItemOutcome, type ListedItem, newJobId } from '../../model/index.js';
import { BYTES_A_CALL, ITEMS_A_CALL } from './item-index.js';
import { DEFAULT_PREFIX as STEM, RedisJobStore } from './redis-job-store.js';
import { RedisScripts } from './redis-scripts.js';

afterAll(cleanUpAll);

/** Commands that a script runs at most: for an item whose outcome or payload is read, for one of which nothing is, and for a job. */
const PER_ITEM = 8;
const PER_NAME = 2;
const PER_JOB = 100;
const LONG = 'x'.repeat(4_000);

const failed = (detail: string): ItemOutcome => ({
  status: 'failed',
  error: { type: 'about:blank', title: 'No', status: 500, code: 'X', detail },
});

describe('No script of RedisJobStore', () => {
  let server: RedisServer;
  let operator: Redis;
  let store: RedisJobStore;
  /** Commands that each script ran, itself among them: that holds on any machine, where times do not. */
  let commands: number[];

  beforeEach(async () => {
    server = await RedisServer.start();
    operator = new Redis(server.url);
    store = await RedisJobStore.open({ redis: server.url });
    commands = [];
    const total = async () => parseCommandStats(await operator.info('commandstats')).total;
    const run = RedisScripts.prototype.run;
    jest.spyOn(RedisScripts.prototype, 'run').mockImplementation(async function (
      this: RedisScripts,
      ...call
    ) {
      const before = await total();
      const answer = await run.apply(this, call);
      commands.push((await total()) - before - 1);
      return answer;
    });
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await store.close();
    operator.disconnect();
    await server.stop();
  });

  /** Lists, settles, reads, resumes, indexes, retries and removes them. */
  async function goThrough(items: readonly ListedItem[], detail: string, settled: number): Promise<void> {
    const id = newJobId(Date.now(), seededRandom(1));
    const at = Date.now();
    const begun = async () => {
      const begin = await store.begin(id, at);
      if (typeof begin === 'string') throw new Error(begin);
      return begin;
    };
    await store.create({ id, type: 't', request: 1, createdAt: at, maxPending: undefined });
    const { run } = await begun();
    await store.listItems(id, run, items, at);
    for (const { key } of items.slice(-settled)) await store.settle(id, run, key, failed(detail), at);
    for (const status of [undefined, 'pending', 'failed'] as const)
      await store.items(id, { status, limit: 1_000 });
    await store.yield(id, run, at);
    const resumed = await begun();
    expect(resumed.pending).toHaveLength(items.length - settled);
    // As of an older version: the index is built.
    await operator.hdel(`${STEM}:job:${id}`, 'indexed', 'indexing', 'indexedFrom');
    expect((await store.items(id, { status: 'failed', limit: 1_000 }))?.entries).toHaveLength(
      Math.min(settled, 1_000),
    );
    await store.finish(id, resumed.run, { state: 'failed', error: null }, at);
    expect(await store.retryFailed(id, at)).toMatchObject({ counts: { failed: 0, total: items.length } });
    await store.requestCancel(id, at);
    await store.expire(at + 1e12);
    // What Redis itself frees when a time to live ends is freed at once, and in no slow log.
    expect(await operator.keys('*')).toEqual([`${STEM}:types`]);
  }

  it('looks at more than a part of 100,000 items', async () => {
    await goThrough(numbered(100_000, ''), 'short', 300);
    expect(commands.length).toBeGreaterThan(100_000 / ITEMS_A_CALL);
    expect(Math.max(...commands)).toBeLessThanOrEqual(PER_ITEM * ITEMS_A_CALL + PER_JOB);
  }, 30_000);

  it.each<[string, readonly ListedItem[], string]>([
    ['long errors', numbered(300, ''), LONG],
    ['long keys', numbered(300, '漢'.repeat(500)), LONG],
    ['large payloads', numbered(300, '', LONG), LONG],
  ])(
    'reads more than a part of the bytes of %s',
    async (_, items, detail) => {
      await goThrough(items, detail, items.length);
      const read = Math.ceil(BYTES_A_CALL / LONG.length);
      expect(Math.max(...commands)).toBeLessThanOrEqual(
        Math.max(PER_NAME * ITEMS_A_CALL, PER_ITEM * read) + PER_JOB,
      );
    },
    30_000,
  );
});

function numbered(count: number, prefix: string, payload?: string): readonly ListedItem[] {
  return Array.from({ length: count }, (_, i) => ({ key: `${prefix}${i}`, payload }));
}
