import { beforeEach, describe, expect, it } from '@jest/globals';
import { TestClock } from '../testing/test-clock.js';
import { unknown } from './limited.js';
import { StoreWatch } from './store-watch.js';

const TIMING = {
  ttl: 30_000,
  renewInterval: 10_000,
  renewDeadline: 20_000,
  retryInterval: 10_000,
  jitter: 0.2,
};
const [A, B] = [{ key: 'a' }, { key: 'b' }];
const answered = { outcome: 'renewed' };
const refused = unknown(new Error('NOPERM'));

describe('StoreWatch', () => {
  let clock: TestClock;
  let watch: StoreWatch;

  beforeEach(() => {
    clock = new TestClock(0);
    watch = new StoreWatch(clock, TIMING);
  });

  it('knows nothing before a command has ended', () => {
    expect(watch.state).toEqual({ state: 'untried' });
    watch.note([], []);
    expect(watch.state).toEqual({ state: 'untried' });
  });

  it('says reachable while every key is answered', () => {
    watch.note([A, B], [answered, answered]);
    expect(watch.state).toEqual({ state: 'reachable' });
  });

  it('says unreachable at once if the store has never answered, since the first failure', async () => {
    await clock.advance(1_000);
    watch.note([A, B], [refused, refused]);
    await clock.advance(2_000);
    watch.note([A, B], [refused, refused]);
    expect(watch.state).toEqual({
      state: 'unreachable',
      error: refused.error,
      since: new Date(1_000),
      failingFor: 2_000,
      keys: ['a', 'b'],
    });
  });

  it('takes a failure for a hiccup until nothing has been answered for longer than a renewal takes', async () => {
    watch.note([A, B], [answered, answered]);
    await clock.advance(10_000);
    watch.note([A], [refused]);
    expect(watch.state).toMatchObject({ state: 'failing', since: new Date(10_000), keys: ['a'] });
    await clock.advance(9_000);
    watch.note([A], [refused]);
    expect(watch.state).toMatchObject({
      state: 'unreachable',
      since: new Date(10_000),
      failingFor: 9_000,
    });
  });

  it('does not call a store unreachable that refuses one key and answers others in between', async () => {
    for (let i = 0; i < 5; i++) {
      watch.note([A], [answered]);
      expect(watch.state.state).toBe(i === 0 ? 'reachable' : 'failing');
      watch.note([B], [refused]);
      expect(watch.state).toMatchObject({ state: 'failing', since: new Date(0), keys: ['b'] });
      await clock.advance(10_000);
    }
    expect(watch.state).toMatchObject({ failingFor: 50_000 });
  });

  it('says reachable again with the first answer for each key', async () => {
    watch.note([A, B], [refused, refused]);
    watch.note([A, B], [answered, refused]);
    expect(watch.state).toMatchObject({ state: 'failing', keys: ['b'] });
    watch.note([B], [answered]);
    expect(watch.state).toEqual({ state: 'reachable' });
  });

  it('has a fault once it is more than a hiccup', async () => {
    expect(watch.fault).toBeUndefined();
    watch.note([A, B], [answered, refused]);
    expect(watch.fault).toBeUndefined();
    await clock.advance(10_000);
    watch.note([A, B], [answered, refused]);
    expect(watch.fault).toBeUndefined();
    await clock.advance(10_000);
    watch.note([A, B], [answered, refused]);
    expect(watch.fault).toMatchObject({ failingFor: 20_000, keys: ['b'] });
    watch.note([A, B], [answered, answered]);
    expect(watch.fault).toBeUndefined();
  });

  it('passes on what the store says of itself, as of now', () => {
    const warnings = [{ kind: 'eviction', reason: 'r', cure: '', since: 0 } as const];
    watch = new StoreWatch(clock, TIMING, () => warnings);
    expect(watch.warnings).toBe(warnings);
  });

  it('forgets the failure of a key that nobody tries for any more', async () => {
    watch.note([A, B], [answered, refused]);
    for (let i = 0; i < 4; i++) {
      await clock.advance(10_000);
      watch.note([A], [answered]);
    }
    expect(watch.state).toEqual({ state: 'reachable' });
  });
});
