import { beforeEach, describe, expect, it } from '@jest/globals';
import type { RedisTrouble } from '../../redis/index.js';
import { TestClock } from '../../testing/test-clock.js';
import { LinkWarnings } from './link-warnings.js';

const EVICTION: RedisTrouble = { kind: 'eviction', reason: 'evicts', cure: 'noeviction' };
const RIGHTS: RedisTrouble = { kind: 'command', reason: 'may not', cure: 'allow' };

describe('the warnings of a connection', () => {
  let clock: TestClock;
  let said: string[];
  let warnings: LinkWarnings;

  beforeEach(() => {
    clock = new TestClock();
    said = [];
    warnings = new LinkWarnings(clock, ({ reason }) => said.push(reason));
  });

  it('are said once if they stay, and stay until they are cleared', async () => {
    const since = clock.wall();
    for (let i = 0; i < 5; i += 1) {
      warnings.set(EVICTION);
      await clock.advance(100_000);
    }
    expect(said).toEqual(['evicts']);
    expect(warnings.all).toEqual([{ ...EVICTION, since }]);
    warnings.clear('eviction');
    expect(warnings.all).toEqual([]);
    warnings.set(EVICTION);
    expect(said).toEqual(['evicts', 'evicts']);
  });

  it('are said again if they change', () => {
    warnings.set(EVICTION);
    warnings.set({ ...EVICTION, reason: 'evicts otherwise' });
    expect(said).toEqual(['evicts', 'evicts otherwise']);
  });

  it('are said each minute while they come again, since the first time, and are over when they do not', async () => {
    const since = clock.wall();
    for (let i = 0; i < 13; i += 1) {
      warnings.repeat({ ...RIGHTS, reason: `may not, ${i}` });
      await clock.advance(10_000);
    }
    expect(said).toEqual(['may not, 0', 'may not, 6', 'may not, 12']);
    expect(warnings.all).toMatchObject([{ kind: 'command', since }]);
    await clock.advance(120_000);
    expect(warnings.all).toEqual([]);
    warnings.repeat(RIGHTS);
    expect(warnings.all).toMatchObject([{ since: clock.wall() }]);
    expect(said).toHaveLength(4);
  });
});
