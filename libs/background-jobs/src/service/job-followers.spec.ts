import { describe, expect, it } from '@jest/globals';
import { CountingClock } from '../../../../test/support/counting-clock.js';
import type { Job } from '../model/index.js';
import { MemoryJobStore } from '../store/memory/memory-job-store.js';
import { JobFollowers } from './job-followers.js';

const ID = '01900000-0000-7000-8000-000000000001';

describe('JobFollowers', () => {
  it('asks a closed store no more, though it was closed during a read, and tells whoever listened', async () => {
    const clock = new CountingClock();
    const store = new MemoryJobStore(undefined, () => clock.wall());
    let reads = 0;
    let answer: (job: Job | undefined) => void = () => undefined;
    store.get = () => {
      reads += 1;
      return new Promise((resolve) => (answer = resolve));
    };
    const followers = new JobFollowers(store, clock);
    const told: string[] = [];
    const listener = { changed: () => told.push('changed'), closed: () => told.push('closed') };
    followers.follow(ID, listener);
    followers.close();
    expect(told).toEqual(['closed']);
    answer(undefined);
    await clock.advance(60_000);
    expect({ told, reads, timers: clock.pending, size: followers.size }).toEqual({
      ...{ told: ['closed'], reads: 1, timers: 0, size: 0 },
    });
    followers.follow(ID, listener);
    expect({ told, reads }).toEqual({ told: ['closed', 'closed'], reads: 1 });
  });
});
