import { beforeEach, describe, expect, it } from '@jest/globals';
import { TestClock } from 'nestjs-background-services/testing';
import type { Job, JobCounts } from '../model/index.js';
import { RunningJobs } from './running-jobs.js';

const NONE = { total: null, completed: 0, failed: 0, skipped: 0 };

function job(id: string, counts: JobCounts = NONE, state: Job['state'] = 'running'): Job {
  return { id, type: 'count', state, counts, percentage: 0 } as Job;
}

describe('RunningJobs', () => {
  let clock: TestClock;
  let running: RunningJobs;

  beforeEach(() => {
    clock = new TestClock();
    running = new RunningJobs(clock);
  });

  const progress = (counts: JobCounts) => ({ counts, percentage: 50, revision: 2, cancelRequestedAt: null });

  it('says how much longer a job takes, from the pace of this run', async () => {
    const before = { total: 100, completed: 50, failed: 0, skipped: 10 };
    running.started(job('a', before));
    expect(running.list(9)).toMatchObject([{ id: 'a', counts: before, remaining: null }]);
    await clock.advance(2_000);
    running.progressed(job('a'), progress({ ...before, completed: 58, failed: 2 }));
    expect(running.list(9)).toMatchObject([{ percentage: 50, remaining: 6_000 }]);
  });

  it('cannot say it before the items are listed', async () => {
    running.started(job('a'));
    await clock.advance(1_000);
    running.progressed(job('a'), progress(NONE));
    expect(running.list(9)).toMatchObject([{ remaining: null }]);
  });

  it('forgets a run that was lost, and goes on with a newer one of the same job', () => {
    running.started({ ...job('a'), run: 1 });
    running.started({ ...job('a'), run: 2 });
    running.lost({ ...job('a'), run: 1 });
    expect(running.size).toBe(1);
    running.lost({ ...job('a'), run: 2 });
    expect(running.size).toBe(0);
    expect(running.ends).toEqual({ completed: 0, failed: 0, cancelled: 0 });
  });

  it('keeps the oldest first, and counts how they ended', () => {
    for (const id of ['a', 'b', 'c', 'd', 'e']) running.started(job(id));
    expect(running.list(2).map(({ id }) => id)).toEqual(['a', 'b']);
    for (const [id, state] of Object.entries({ a: 'completed', b: 'failed', c: 'cancelled', d: 'pending' }))
      running.ended(job(id, NONE, state as Job['state']));
    expect(running.size).toBe(1);
    expect(running.ends).toEqual({ completed: 1, failed: 1, cancelled: 1 });
  });

  it('leaves alone what does not run here', () => {
    running.progressed(job('a'), progress(NONE));
    expect(running.list(9)).toEqual([]);
  });
});
