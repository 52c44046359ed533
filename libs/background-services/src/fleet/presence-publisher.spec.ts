import { beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryLeaseStore } from '../lease/index.js';
import { RecordingLogger } from '../spec-support/recording-logger.js';
import { TestClock } from '../testing/index.js';
import { PresencePublisher } from './presence-publisher.js';

const INTERVAL = 10_000;

describe('PresencePublisher', () => {
  let clock: TestClock;
  let store: MemoryLeaseStore;
  let logger: RecordingLogger;
  let posted: number[];
  let revisions: number[];
  let publisher: PresencePublisher;

  beforeEach(() => {
    clock = new TestClock();
    store = new MemoryLeaseStore(clock);
    logger = new RecordingLogger();
    posted = [];
    revisions = [];
    publisher = new PresencePublisher({
      board: store.board,
      clock,
      instanceId: 'a',
      ttl: 3 * INTERVAL,
      interval: INTERVAL,
      text: () => {
        posted.push(clock.monotonic());
        return '{}';
      },
      onRevision: (revision) => revisions.push(revision),
      logger: logger,
    });
  });

  const isUp = async () => (await store.board.presences()).get('a')?.isUp === true;

  it('posts at its start, and with each beat', async () => {
    expect(await isUp()).toBe(false);
    publisher.start();
    await clock.advance(0);
    expect(await isUp()).toBe(true);
    for (let i = 0; i < 3; i += 1) {
      await clock.advance(INTERVAL);
      publisher.onBeat();
    }
    expect(posted).toEqual([0, 10_000, 20_000, 30_000]);
  });

  it('posts by itself where there are no beats', async () => {
    publisher.start();
    await clock.advance(10 * INTERVAL);
    expect(posted).toHaveLength(7);
    expect(await isUp()).toBe(true);
  });

  it('posts once for beats that follow each other', async () => {
    publisher.start();
    await clock.advance(INTERVAL);
    for (let i = 0; i < 5; i += 1) {
      publisher.onBeat();
      await clock.advance(100);
    }
    expect(posted).toEqual([0, 10_000]);
  });

  it('posts soon what has changed, all changes of a moment together', async () => {
    publisher.start();
    await clock.advance(10);
    for (let i = 0; i < 5; i += 1) publisher.onChange();
    await clock.advance(49);
    expect(posted).toEqual([0]);
    await clock.advance(1);
    expect(posted).toEqual([0, 60]);
  });

  it('tells the revision that comes back, and half a beat later that of then', async () => {
    publisher.start();
    await clock.advance(0);
    await store.board.announce();
    await clock.advance(INTERVAL / 2);
    expect(revisions).toEqual([0, 1]);
    await store.board.announce();
    await clock.advance(INTERVAL / 2);
    publisher.onBeat();
    await clock.advance(0);
    expect(revisions).toEqual([0, 1, 2]);
  });

  it('takes the presence down at its end, and is quiet from then on', async () => {
    publisher.start();
    await clock.advance(0);
    await publisher.close();
    expect(await isUp()).toBe(false);
    publisher.onBeat();
    publisher.onChange();
    publisher.start();
    await clock.advance(10 * INTERVAL);
    expect(posted).toEqual([0]);
  });

  it('withdraws nothing that it has not put up', async () => {
    await store.board.putPresence({ id: 'a', text: 'of another one', ttl: 60_000 });
    await publisher.close();
    expect(await isUp()).toBe(true);
  });

  it('goes on when the board does not take it', async () => {
    const post = store.board.putPresence.bind(store.board);
    store.board.putPresence = () => Promise.reject(new Error('gone'));
    publisher.start();
    await clock.advance(1);
    expect(logger.at('debug')).toEqual(["The replica's presence could not be put up: gone"]);
    store.board.putPresence = post;
    await clock.advance(2 * INTERVAL);
    expect(await isUp()).toBe(true);
  });
});
