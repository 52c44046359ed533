import { beforeEach, describe, expect, it } from '@jest/globals';
import { type BoardPages, MemoryLeaseStore } from '../lease/index.js';
import { RecordingLogger } from '../spec-support/recording-logger.js';
import { TestClock } from '../testing/index.js';
import type { WorkerOutline } from '../workers/index.js';
import { CataloguePoster } from './catalogue-poster.js';
import { decodeExceptions, decodePage, encodeExceptions } from './catalogue.js';
import { PresenceReader } from './presence-reader.js';

const workersOf = (size: number): WorkerOutline[] =>
  Array.from({ length: size }, (_, i) => ({
    ...{ name: `worker-${String(i).padStart(5, '0')}`, key: `key-${i}`, schedule: 'every 1000 ms' },
    ...{ period: i % 2 ? 1_000 : undefined, mode: 'started' },
  }));

describe('A catalogue of workers', () => {
  let clock: TestClock;
  let pages: BoardPages;
  let workers: WorkerOutline[];
  let written: string[];
  let posted: number;

  beforeEach(() => {
    clock = new TestClock();
    pages = new MemoryLeaseStore(clock).board.pages!;
    workers = workersOf(1_000);
    written = [];
    posted = 0;
    const put = pages.put.bind(pages);
    pages.put = (id, text, ttl) => {
      written.push(id);
      return put(id, text, ttl);
    };
  });

  const posterOf = () =>
    new CataloguePoster({
      pages,
      replica: { outlines: () => workers },
      clock,
      ttl: 30_000,
      onPosted: () => (posted += 1),
      logger: new RecordingLogger(),
    });
  const post = async (poster: CataloguePoster) => {
    poster.post();
    await clock.advance(0);
  };
  const read = async (catalogue: string, reader = new PresenceReader(pages, clock)) => {
    const told: string[] = [];
    const reading = reader.read('a', JSON.stringify({ catalogue }), (what) => told.push(what));
    await clock.advance(0);
    return { workers: (await reading)?.workers, told };
  };

  it('is posted in pages, read back as it was, and written once for all replicas', async () => {
    const poster = posterOf();
    await post(poster);
    const id = poster.posted!.id;
    expect(written.length).toBeGreaterThan(3);
    expect(await read(id)).toEqual({ workers, told: [] });
    const size = written.length;
    workers = [...workers].reverse();
    const other = posterOf();
    await post(other);
    expect([other.posted?.id, written.length, posted]).toEqual([id, size, 2]);
  });

  it('is kept for longer than the last words of its replica, and written again where the store has lost it', async () => {
    const poster = posterOf();
    await post(poster);
    const { id } = poster.posted!;
    const size = written.length;
    for (let i = 0; i < 40; i += 1) {
      await clock.advance(30_000);
      await post(poster);
    }
    expect(written.length).toBe(size);
    await clock.advance(30_000 + 600_000);
    expect((await read(id)).workers).toHaveLength(1_000);
    await clock.advance(600_000);
    expect(await read(id)).toEqual({ workers: [], told: ['the list of its workers cannot be read'] });
    await post(poster);
    expect((await read(id)).workers).toHaveLength(1_000);
  });

  it('is another one when a worker is added, and named once it is there', async () => {
    const poster = posterOf();
    await post(poster);
    const { id } = poster.posted!;
    workers = workersOf(1_001);
    poster.renew();
    expect(poster.posted).toBeUndefined();
    await post(poster);
    expect(poster.posted?.id).not.toBe(id);
    expect((await read(poster.posted!.id)).workers).toHaveLength(1_001);
  });

  it('is tried again with the next beat where the store refused it', async () => {
    const { keep } = pages;
    pages.keep = () => Promise.reject(new Error('gone'));
    const poster = posterOf();
    await post(poster);
    expect(poster.posted).toBeUndefined();
    pages.keep = keep;
    await post(poster);
    expect(poster.posted?.workers).toHaveLength(1_000);
  });

  it('is read once, however often it is named, and not believed where it was changed', async () => {
    const poster = posterOf();
    await post(poster);
    const { id, pages: parts } = poster.posted!;
    const reader = new PresenceReader(pages, clock);
    const first = (await read(id, reader)).workers;
    const [part] = parts.keys();
    await pages.put(part!, '[["evil","key-0","x",1]]', 60_000);
    expect((await read(id, reader)).workers).toBe(first);
    expect(await read(id)).toEqual({ workers: [], told: ['the list of its workers cannot be read'] });
  });

  it('tells modes by ranges of places', () => {
    const modes = new Map(workersOf(3).map(({ name }) => [name, 'paused'] as const));
    modes.set('worker-00005', 'paused');
    const exceptions = encodeExceptions(workers, (name) => modes.get(name));
    expect(exceptions).toEqual({ paused: '0-2,5' });
    expect(decodeExceptions(workers, exceptions)).toEqual(modes);
    expect(decodeExceptions(workers, { stopped: 'x,7-,-1,999-1e9' }).size).toBeLessThanOrEqual(1_000);
  });

  it.each(['', '{}', '[1,[],["a"],["a","k",5],["","k","x"]]'])('reads no worker in %p', (text) => {
    expect(decodePage(text)).toEqual([]);
  });
});
