import { beforeEach, describe, expect, it } from '@jest/globals';
import type { RedisTrouble } from 'nestjs-background-http-kit';
import { TestClock } from 'nestjs-background-services/testing';
import { RedisTroubles } from './redis-troubles.js';

const DOWN: RedisTrouble = { kind: 'network', reason: 'Nothing listens', cure: 'Start it' };
const lacks = (command: string): RedisTrouble => ({
  ...{ kind: 'command', reason: `The user may not run ${command}`, cure: `+${command}` },
});
const FULL: RedisTrouble = { kind: 'memory', reason: 'It is full', cure: 'Raise maxmemory' };

describe('What keeps jobs from their Redis', () => {
  let clock: TestClock;
  let said: string[];
  let troubles: RedisTroubles;

  beforeEach(() => {
    clock = new TestClock();
    said = [];
    troubles = new RedisTroubles(clock, {
      log: (line) => said.push(`log: ${line}`),
      warn: (line) => said.push(`warn: ${line}`),
    });
  });

  it('is said at once, again each minute while it lasts, and when it is over', async () => {
    expect(troubles.current).toBeUndefined();
    for (let second = 0; second < 130; second += 1) {
      troubles.failed(second % 2 === 0 ? 'store' : 'worker', DOWN);
      await clock.advance(1_000);
    }
    const line = 'Jobs cannot use Redis: Nothing listens. Start it';
    expect(said).toEqual([`warn: ${line}`, `warn: ${line}`, `warn: ${line}`]);
    expect(troubles.current).toBe(line);
    troubles.works('GET');
    expect(said.slice(3)).toEqual(['log: Jobs can use Redis again. It was: Nothing listens. Start it']);
    expect(troubles.current).toBeUndefined();
    troubles.works('GET');
    expect(said).toHaveLength(4);
  });

  it('is said once a minute if it comes and goes', async () => {
    for (let second = 0; second < 60; second += 1) {
      troubles.failed('store', DOWN);
      expect(troubles.current).toBeDefined();
      troubles.works('GET');
      await clock.advance(1_000);
    }
    expect(said.map((line) => line.split(':')[0])).toEqual(['warn', 'log']);
    troubles.failed('store', DOWN);
    expect(said).toHaveLength(3);
  });

  it('is over for what was refused when that works, and not when something else does', () => {
    troubles.failed('LIST', lacks('zrange'));
    troubles.failed('CREATE', FULL);
    troubles.works('GET');
    expect(said.map((line) => line.split(':')[0])).toEqual(['warn', 'warn']);
    troubles.works('LIST');
    expect(troubles.current).toMatch(/It is full/);
    troubles.works('CREATE');
    expect(troubles.current).toBeUndefined();
    expect(said.filter((line) => line.startsWith('log: '))).toHaveLength(2);
  });

  it('names each command that is refused, in a line of its own', () => {
    for (const command of ['zrange', 'xadd', 'zrange']) troubles.failed('worker', lacks(command));
    expect(said).toEqual([expect.stringMatching(/zrange/), expect.stringMatching(/xadd/)]);
  });

  it('is over when nobody has met with it for two minutes', async () => {
    troubles.failed('CREATE', FULL);
    await clock.advance(119_000);
    expect(troubles.current).toBeDefined();
    await clock.advance(1_000);
    expect(troubles.current).toBeUndefined();
    expect(said).toHaveLength(2);
  });

  it('is not what nobody understands: that is said, and is no state of Redis', () => {
    troubles.failed('worker', { kind: 'other', reason: 'could not renew lock for job 7', cure: '' });
    expect(said).toEqual(['warn: Redis: could not renew lock for job 7']);
    expect(troubles.current).toBeUndefined();
  });

  it('says a password is wrong, though later commands say that there is none', () => {
    troubles.failed('store', { kind: 'credentials', reason: 'The password is wrong', cure: 'Check it' });
    troubles.failed('worker', { kind: 'credentials', reason: 'A password is needed', cure: 'Give one' });
    expect(troubles.current).toMatch(/is wrong/);
  });

  it('stays small, whatever comes', () => {
    for (let i = 0; i < 10_000; i += 1)
      troubles.failed('worker', { kind: 'other', reason: `error ${i}`, cure: '' });
    troubles.failed('store', DOWN);
    expect(troubles.current).toBeDefined();
  });

  it('is told from what works, but not as it should: that is said once, and again when it changes', () => {
    const policy = (reason: string): RedisTrouble => ({ kind: 'eviction', reason, cure: '' });
    for (const reason of ['lru', 'lru', 'ttl']) troubles.hint(policy(reason));
    expect(said).toEqual(['warn: lru', 'warn: ttl']);
    expect(troubles.current).toBeUndefined();
  });
});
