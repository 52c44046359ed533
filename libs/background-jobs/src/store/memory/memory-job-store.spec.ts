import { describe, expect, it } from '@jest/globals';
import {
  describeJobStore,
  LONG_RETENTION,
  SHORT_RETENTION,
} from '../../spec-support/job-store-contract/index.js';
import { seededRandom } from '../../../../../test/support/seeded-random.js';
import { type JobState, newJobId } from '../../model/index.js';
import { type Retention } from '../job-store.js';
import { MemoryJobStore } from './memory-job-store.js';

/** Of one process, there is one store: whoever finishes a job by way of `brief` has it kept for a short time only. */
class TwoRetentions extends MemoryJobStore {
  readonly brief: MemoryJobStore;

  constructor() {
    const retention: { -readonly [Key in keyof Retention]: Retention[Key] } = { ...LONG_RETENTION };
    super(retention);
    this.brief = new Proxy<MemoryJobStore>(this, {
      get: (store, name: keyof MemoryJobStore) => {
        const member = store[name] as unknown;
        if (typeof member !== 'function') return member;
        return (...args: unknown[]) => {
          Object.assign(retention, SHORT_RETENTION);
          try {
            return (member as (...args: unknown[]) => unknown).apply(store, args);
          } finally {
            Object.assign(retention, LONG_RETENTION);
          }
        };
      },
    });
  }
}

describeJobStore('MemoryJobStore', async () => {
  const store = new TwoRetentions();
  return { store, other: store, brief: store.brief, close: () => store.close() };
});

/** Times the processor time with a seventh of the jobs; with a look at every job each time it would be seven times as much. */
const AS_FAST = 3;

/** The least of three times, since what disturbs only adds. */
async function processorTime(work: () => Promise<unknown>): Promise<number> {
  let least = Infinity;
  for (let time = 0; time < 3; time += 1) {
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, user + system);
  }
  return least;
}

describe('MemoryJobStore, by the clock it is given,', () => {
  const setUp = () => {
    let now = 1_000;
    const store = new MemoryJobStore({ completed: 100, failed: 1_000 }, () => now);
    const random = seededRandom(1);
    const end = async (state: 'completed' | 'failed') => {
      const id = newJobId(now, random);
      await store.create({ id, type: 't', request: 1, createdAt: now, maxPending: undefined });
      await store.begin(id, now);
      await store.finish(id, 1, { state, error: null }, now);
      return id;
    };
    return { store, end, goTo: (time: number) => (now = time) };
  };

  it('keeps failed jobs longer', async () => {
    const { store, end, goTo } = setUp();
    const [completed, failed] = [await end('completed'), await end('failed')];
    const there = async () => [await store.get(completed), await store.get(failed)].map((job) => job?.state);
    goTo(1_099);
    expect(await there()).toEqual(['completed', 'failed']);
    goTo(1_100);
    expect(await there()).toEqual([undefined, 'failed']);
    goTo(2_000);
    expect(await there()).toEqual([undefined, undefined]);
  });
});

describe('MemoryJobStore with 10,000 jobs', () => {
  it('creates, counts and lists as fast as with few', async () => {
    const store = new MemoryJobStore();
    const random = seededRandom(2);
    const create = (i: number) =>
      store.create({ id: newJobId(i, random), type: 't', request: i, createdAt: i, maxPending: 1e6 });
    let made = 0;
    const createSome = async () => {
      for (let i = 0; i < 200; i += 1) await create(made++);
    };
    const states: JobState[] = ['pending', 'completed'];
    const ask = async () => {
      for (let i = 0; i < 500; i += 1) {
        await store.count('t', states[i % 2]!);
        if (i % 10 === 0) await store.active(100, ['t']);
        if (i % 10 === 0) await store.list({ limit: 20 });
      }
    };
    // The first ones are for the compiler.
    for (let i = 0; i < 3; i += 1) for (const work of [createSome, ask]) await work();
    const few = [await processorTime(createSome), await processorTime(ask)];
    while (made < 10_000) await createSome();
    const many = [await processorTime(createSome), await processorTime(ask)];
    for (const [i, time] of many.entries()) expect(time).toBeLessThan(AS_FAST * few[i]!);
    expect(await store.count('t', 'pending')).toBe(made);
  });
});

describe('MemoryJobStore with 200,000 items', () => {
  it('finds pages of them at once, however they change', async () => {
    const store = new MemoryJobStore(undefined, () => 1);
    const id = newJobId(1, seededRandom(3));
    const keys = Array.from({ length: 200_000 }, (_, i) => `k${i}`);
    await store.create({ id, type: 't', request: 1, createdAt: 1, maxPending: undefined });
    await store.begin(id, 1);
    await store.items(id, { limit: 1 });
    await store.listItems(
      id,
      1,
      keys.map((key) => ({ key, payload: undefined })),
      1,
    );
    const pageOf = async (status: 'failed' | 'done', cursor?: string) => {
      const page = (await store.items(id, { status, limit: 2, cursor }))!;
      return [...page.entries.map(({ key }) => key), page.next];
    };
    expect(await pageOf('failed')).toEqual([undefined]);
    const error = { type: 'about:blank', title: 'No', status: 500, code: 'X', detail: 'No' };
    for (const key of ['k199999', 'k7', 'k150000'])
      await store.settle(id, 1, key, { status: 'failed', error }, 2);
    const began = process.cpuUsage();
    // With a look at every item each time it would take minutes.
    for (let i = 0; i < 10_000; i += 1) await pageOf('failed', '160000');
    expect(process.cpuUsage(began).user / 1_000).toBeLessThan(5_000);
    expect(await pageOf('failed')).toEqual(['k7', 'k150000', '199999']);
    expect(await pageOf('failed', '199999')).toEqual(['k199999', undefined]);
    await store.finish(id, 1, { state: 'failed', error: null }, 3);
    await store.retryFailed(id, 4);
    expect(await pageOf('failed')).toEqual([undefined]);
  });
});
