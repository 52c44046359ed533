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
    const took = async (work: () => Promise<unknown>) => {
      const start = performance.now();
      await work();
      return performance.now() - start;
    };
    const create = (i: number) =>
      store.create({ id: newJobId(i, random), type: 't', request: i, createdAt: i, maxPending: 1e6 });
    // It takes a fraction of this. With a look at every job each time it would take a multiple.
    const bound = 2_000;
    expect(
      await took(async () => {
        for (let i = 0; i < 10_000; i += 1) await create(i);
      }),
    ).toBeLessThan(bound);
    const states: JobState[] = ['pending', 'completed'];
    const ask = async () => {
      for (let i = 0; i < 10_000; i += 1) {
        await store.count('t', states[i % 2]!);
        if (i % 10 === 0) await store.active(100);
        if (i % 10 === 0) await store.list({ limit: 20 });
      }
    };
    expect(await took(ask)).toBeLessThan(bound);
    expect(await store.count('t', 'pending')).toBe(10_000);
  });
});
