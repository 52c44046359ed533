import { describe, expect, it } from '@jest/globals';
import { MemoryLeaseStore } from '../lease/index.js';
import type { Replica } from '../manager/index.js';
import { TestClock } from '../testing/index.js';
import { FlagSweep } from './flag-sweep.js';
import { Pace } from './pace.js';

describe('FlagSweep', () => {
  const clock = new TestClock();

  function sweepOf(keys: readonly string[]) {
    const seen: string[] = [];
    const replica = {
      instanceId: 'a',
      keys: () => keys,
      termOf: () => 1,
      pauseFields: () => [],
      takePauseFlags: (key: string) => seen.push(key),
      renewNow: () => undefined,
    };
    const { board } = new MemoryLeaseStore(clock);
    const sweep = new FlagSweep(board, replica as unknown as Replica);
    const part = async () => {
      const done = sweep.part(new Pace(clock));
      await clock.advance(0);
      await done;
    };
    return { sweep, seen, part };
  }
  const keys = Array.from({ length: 450 }, (_, i) => `key-${i}`);

  it('looks at every key once, in parts', async () => {
    const { sweep, seen, part } = sweepOf(keys);
    expect(sweep.isOver).toBe(true);
    sweep.begin();
    const sizes: number[] = [];
    for (; !sweep.isOver; sizes.push(seen.length)) await part();
    expect(sizes).toEqual([200, 400, 450]);
    expect(seen).toEqual(keys);
  });

  it('goes round until each key was looked at since it was asked for last', async () => {
    const { sweep, seen, part } = sweepOf(keys);
    sweep.begin();
    await part();
    sweep.begin();
    while (!sweep.isOver) await part();
    expect(seen.slice(200)).toEqual([...keys.slice(200), ...keys.slice(0, 200)]);
  });

  it('is over at once where there is no key', async () => {
    const { sweep, part } = sweepOf([]);
    sweep.begin();
    await part();
    expect(sweep.isOver).toBe(true);
  });
});
