import { beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryLeaseStore } from '../lease/index.js';
import type { Replica } from '../manager/index.js';
import { TestClock } from '../testing/index.js';
import { FlagNews } from './flag-news.js';

describe('FlagNews', () => {
  let clock: TestClock;
  let store: MemoryLeaseStore;
  let news: FlagNews;

  beforeEach(async () => {
    clock = new TestClock();
    store = new MemoryLeaseStore(clock);
    const keyOf = (worker: string) => (worker === 'orders' ? 'orders:leader' : undefined);
    news = new FlagNews(store.board, { keyOf } as unknown as Replica, clock);
    expect(await read()).toEqual([[], 'any']);
  });

  async function read(): Promise<readonly [readonly string[], 'any' | 'no other']> {
    const { keys, mayBeAny } = await news.read();
    return [[...keys], mayBeAny ? 'any' : 'no other'];
  }
  let notes = 0;
  const note = (action: string, target: string) =>
    store.board.announce(
      JSON.stringify({
        ...{ id: `${++notes}`, at: '2026-01-01T00:00:00.000Z', action, target, by: 'ada', why: 'x' },
        ...{ outcome: 'done', detail: '', replica: 'a' },
      }),
    );

  it('names the keys of what was acted upon, once', async () => {
    await note('pause', 'orders');
    await note('disable', 'reports:leader');
    expect(await read()).toEqual([['reports:leader', 'orders:leader'], 'no other']);
    await note('enable', 'reports:leader');
    expect(await read()).toEqual([['reports:leader'], 'no other']);
    expect(await read()).toEqual([[], 'no other']);
  });

  it('names none for acts that leave no flag, and for workers of other apps', async () => {
    await note('trigger', 'orders');
    await note('jobs:cancel', '7');
    await note('pause', 'prices');
    expect(await read()).toEqual([[], 'no other']);
  });

  it.each<[string, () => Promise<void>]>([
    ['was announced without a note', () => store.board.announce()],
    ['is an act that this version does not know', () => note('mothball', 'orders')],
    ['is no note of an act', () => store.board.announce('{')],
    [
      'is more than is read',
      async () => {
        for (let i = 0; i < 26; i += 1) await note('pause', 'prices');
      },
    ],
  ])('says that any key may have changed if a change %s', async (_, change) => {
    await change();
    await note('pause', 'orders');
    expect(await read()).toEqual([['orders:leader'], 'any']);
    await note('pause', 'orders');
    expect(await read()).toEqual([['orders:leader'], 'no other']);
  });

  it('takes a note that was read before its revision for that revision', async () => {
    const { board } = store;
    const revision = board.revision.bind(board);
    board.revision = async () => (await revision()) - 1;
    await note('pause', 'orders');
    expect(await read()).toEqual([['orders:leader'], 'no other']);
    board.revision = revision;
    expect(await read()).toEqual([[], 'no other']);
  });

  it('says it once a minute, because flags can be set without a note, and after a failure', async () => {
    await clock.advance(60_000);
    expect(await read()).toEqual([[], 'any']);
    expect(await read()).toEqual([[], 'no other']);
    news.forget();
    expect(await read()).toEqual([[], 'any']);
  });
});
