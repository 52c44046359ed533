import { describe, expect, it } from '@jest/globals';
import { SharedLease } from './shared-lease.js';

describe('SharedLease', () => {
  it('is seen through the memory alone', () => {
    const here = SharedLease.since({ monotonic: 0, wall: 0 });
    const there = new SharedLease(here.memory);
    here.confirm({ monotonic: 1_234.567_8, wall: 1_764_000_000_000 });
    expect(there.confirmed).toEqual({ monotonic: 1_234.567, wall: 1_764_000_000_000 });
    there.lose();
    expect([here.isLost, here.isKept]).toEqual([true, false]);
  });

  it('never goes back to an older confirmation', () => {
    const lease = SharedLease.since({ monotonic: 200, wall: 1_200 });
    lease.confirm({ monotonic: 100, wall: 1_100 });
    expect(lease.confirmed).toEqual({ monotonic: 200, wall: 1_200 });
  });

  it('stays lost when it is dropped, and dropped when it is lost', () => {
    const lost = SharedLease.since({ monotonic: 0, wall: 0 });
    lost.lose();
    lost.drop();
    expect(lost.isLost).toBe(true);
    const dropped = SharedLease.since({ monotonic: 0, wall: 0 });
    dropped.drop();
    dropped.lose();
    expect([dropped.isLost, dropped.isKept]).toEqual([false, false]);
  });
});
