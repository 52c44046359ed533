import { describe, expect, it } from '@jest/globals';
import { type LeaseStoreContext, systemClock } from 'nestjs-background-services/store';
import { RedlockLeaseStore } from './redlock-lease-store.js';
import { logChange, redlockStore, type RedlockStoreOptions } from './redlock-store.js';
import { openStore } from './store-thread.js';

/** Nothing listens there. */
const NOBODY = [1, 2, 3].map((port) => `redis://:secret@127.0.0.1:${port}`);
const TTL = 300;

function contextThatNotes(lines: string[]): LeaseStoreContext {
  const note = (line: string) => void lines.push(line);
  return {
    ...{ ttl: TTL, clock: systemClock, random: Math.random, listen: false, onWarning: () => undefined },
    logger: { debug: note, log: note, warn: note },
  };
}

async function failing(options?: RedlockStoreOptions): Promise<{ lines: string[]; took: number }> {
  const lines: string[] = [];
  const store = await redlockStore(NOBODY, options)(contextThatNotes(lines));
  const [lease] = [{ key: 'orders', holder: 'a', ttl: TTL, tokenFloor: 0 }];
  const startedAt = performance.now();
  expect(await store.acquire([lease])).toMatchObject([{ outcome: 'unknown' }]);
  await store.close();
  return { lines, took: performance.now() - startedAt };
}

describe('redlockStore', () => {
  it('says in the log of the app which servers do not answer', async () => {
    const { lines } = await failing();
    expect(lines).toHaveLength(3);
    expect(lines.at(-1)).toMatch(
      /^Redis node 127\.0\.0\.1:\d does not answer \(.*\): 0 of 3 Redis nodes answer$/,
    );
  });

  it('says what lies behind an error, and no more of it than a log can bear', () => {
    const lines: string[] = [];
    const tell = (error: Error) =>
      logChange(contextThatNotes(lines).logger, { node: 'a:1', error, answering: 2, nodes: 3 });
    tell(new AggregateError([new Error('connect ECONNREFUSED ::1:1')]));
    tell(new Error('x'.repeat(10_000), { cause: new Error('Not today') }));
    expect(lines[0]).toContain('connect ECONNREFUSED ::1:1');
    expect(lines[1]).toContain('(cause: Not today)');
    expect(lines[1]!.length).toBeLessThan(2_100);
  });

  it('tells a listener instead, if there is one', async () => {
    const changes: string[] = [];
    const { lines } = await failing({ onNodeChange: ({ node }) => void changes.push(node) });
    expect(lines).toEqual([]);
    expect(changes.sort()).toEqual(['127.0.0.1:1', '127.0.0.1:2', '127.0.0.1:3']);
  });

  it('can be opened by a heartbeat thread, with what can be sent to one', async () => {
    const nodes = [...NOBODY.slice(1), { port: 4, retryStrategy: () => 5 }];
    const { thread } = redlockStore(nodes, { commandTimeout: 40 });
    expect(thread?.module).toMatch(/^file:.*\/store-thread\.js$/);
    const settings = structuredClone(thread?.settings);
    expect(settings).toEqual({ nodes: [...NOBODY.slice(1), { port: 4 }], commandTimeout: 40 });
    const store = await openStore(settings, contextThatNotes([]));
    expect(store.name).toBe('redlock');
    await store.close();
  });

  it.each([NaN, 0, -1, Infinity, '40', null])(
    'refuses a commandTimeout of %p where it is written',
    (value) => {
      const options = { commandTimeout: value as number };
      const expected = 'commandTimeout: expected a positive number of ms, and 2147483647 at most, received ';
      expect(() => redlockStore(NOBODY, options)).toThrow(expected);
      expect(() => new RedlockLeaseStore({ nodes: NOBODY, ...options })).toThrow(expected);
    },
  );

  it('refuses a commandTimeout that is longer than the TTL of the leases once that is known', () => {
    const make = redlockStore(NOBODY, { commandTimeout: TTL + 1 });
    expect(() => make(contextThatNotes([]))).toThrow(
      'commandTimeout: expected a positive number of ms, and lease.ttl (300) at most, received 301',
    );
  });

  it('refuses a list that could settle nothing where it is written', () => {
    expect(() => redlockStore(NOBODY.slice(1))).toThrow(
      'nodes: expected a list of an odd number of independent servers, at least 3, received an array of 2',
    );
  });
});
