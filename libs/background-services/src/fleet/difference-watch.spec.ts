import { beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryLeaseStore } from '../lease/index.js';
import { RecordingLogger } from '../spec-support/recording-logger.js';
import { TestClock } from '../testing/index.js';
import { DifferenceWatch } from './difference-watch.js';
import type { WorkerOutline } from '../workers/index.js';
import type { ReplicaPresence } from './replica-presence.js';

const KEY = 'orders:leader';
const MINUTE = 60_000;
const FIRST_LOOK = 5_000;

/** A replica with these workers under {@link KEY}. */
function presenceOf(id: string, names: readonly string[], key = KEY): ReplicaPresence {
  const workerOf = (name: string): WorkerOutline => ({
    ...{ name, key, schedule: 'every 1s', period: 1_000, mode: 'started' },
  });
  return {
    ...{ id, host: 'h', pid: 1, version: null, node: '', uptime: 0, eventLoopLag: 0, enabled: true },
    ...{ extensions: {}, troubles: [], terms: [], workers: names.map(workerOf) },
  };
}

describe('DifferenceWatch', () => {
  let clock: TestClock;
  let store: MemoryLeaseStore;
  let reads: number;

  beforeEach(() => {
    clock = new TestClock();
    store = new MemoryLeaseStore(clock);
    reads = 0;
    const postings = store.board.presences.bind(store.board);
    store.board.presences = () => {
      reads += 1;
      return postings();
    };
  });

  function watchOf(presence: ReplicaPresence, keys: readonly string[] = [KEY]) {
    const logger = new RecordingLogger();
    const watch = new DifferenceWatch({
      ...{ board: store.board, clock, instanceId: presence.id, firstLook: FIRST_LOOK, logger },
      ...{ presence: () => presence, keys: () => keys },
    });
    watch.start();
    return { watch, logger };
  }
  const post = (presence: ReplicaPresence) =>
    store.board.putPresence({ id: presence.id, text: JSON.stringify(presence), ttl: 60 * MINUTE });

  it('names two apps on one key to both, soon, and again each minute while it lasts', async () => {
    const [orders, invoices] = [presenceOf('a', ['orders']), presenceOf('b', ['invoices'])];
    await post(orders);
    await post(invoices);
    const sides = [watchOf(orders), watchOf(invoices)];
    const warnings = () => sides.map(({ logger }) => logger.at('warn'));
    await clock.advance(FIRST_LOOK);
    for (const [line, ...more] of warnings()) {
      expect(line).toMatch(/^Key "orders:leader": replicas announce different workers \(/);
      expect(line).toMatch(/a: "orders"/);
      expect(line).toMatch(/b: "invoices"/);
      expect(more).toEqual([]);
    }
    await clock.advance(MINUTE - 1);
    expect(warnings().map(({ length }) => length)).toEqual([1, 1]);
    await clock.advance(1);
    expect(warnings().map(({ length }) => length)).toEqual([2, 2]);
    await store.board.removePresence('b');
    await sides[1]!.watch.close();
    await clock.advance(10 * MINUTE);
    expect(warnings().map(({ length }) => length)).toEqual([2, 2]);
  });

  it.each<[string, ReplicaPresence]>([
    ['has the same workers', presenceOf('b', ['orders'])],
    ['has other keys', presenceOf('b', ['invoices'], 'invoices:leader')],
    ['does not campaign', { ...presenceOf('b', ['invoices']), enabled: false }],
  ])('says nothing of a replica that %s', async (_, other) => {
    await post(other);
    const { logger } = watchOf(presenceOf('a', ['orders']));
    await clock.advance(10 * MINUTE);
    expect(logger.at('warn')).toEqual([]);
  });

  it('reads the board once a minute, goes on after errors, and not at all with very many keys', async () => {
    watchOf(presenceOf('a', ['orders']));
    await clock.advance(FIRST_LOOK + 3 * MINUTE);
    expect(reads).toBe(4);
    store.board.presences = () => {
      reads += 1;
      return Promise.reject(new Error('gone'));
    };
    await clock.advance(2 * MINUTE);
    expect(reads).toBe(6);
    watchOf(
      presenceOf('b', []),
      Array.from({ length: 1_001 }, (_, i) => `key-${i}`),
    );
    await clock.advance(MINUTE);
    expect(reads).toBe(7);
  });

  it('ends when it is closed, also while it looks', async () => {
    const { watch, logger } = watchOf(presenceOf('a', ['orders']));
    await post(presenceOf('b', ['invoices']));
    await clock.advance(FIRST_LOOK - 1);
    let answer: (() => void) | undefined;
    const postings = store.board.presences;
    store.board.presences = () => new Promise((resolve) => (answer = () => resolve(postings())));
    await clock.advance(1);
    const closing = watch.close();
    answer!();
    await closing;
    await clock.advance(10 * MINUTE);
    expect(logger.at('warn')).toEqual([]);
    expect(reads).toBe(1);
  });
});
