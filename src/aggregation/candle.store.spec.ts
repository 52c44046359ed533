import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { openMemoryDatabase } from '../../test/support/memory-database.js';
import { type DatabaseConnection } from '../database/database.js';
import { FencedWriter } from '../database/fenced-writer.js';
import { candles, fences } from '../database/schema.js';
import { StaleTokenError } from '../database/stale-token.error.js';
import { type Candle } from './candle.js';
import { CandleStore } from './candle.store.js';

const MINUTE = 60_000;
const ten = Date.UTC(2026, 10, 20, 10);

/** Minutes from..to-1 after ten, whose prices are their number. */
const minutes = (from: number, to: number): Candle[] =>
  Array.from({ length: to - from }, (_, i) => {
    const n = from + i;
    return { frame: '1m', start: ten + n * MINUTE, open: n, high: n + 0.5, low: n - 0.5, close: n + 0.25 };
  });

describe('CandleStore', () => {
  let connection: DatabaseConnection;
  let store: CandleStore;
  const term = (fencingToken: number) => ({ key: 'candles:leader', fencingToken });

  beforeAll(async () => {
    connection = await openMemoryDatabase();
    store = new CandleStore(connection.db, new FencedWriter(connection.db));
  }, 60_000);
  afterAll(() => connection.close());
  beforeEach(async () => {
    await connection.db.delete(candles);
    await connection.db.delete(fences);
  });

  const count = async (frame: Candle['frame']) => (await store.latest('AAPL', frame, 1_000)).length;

  it('builds a higher frame when the minute that closes it comes, and not before', async () => {
    await store.save('AAPL', minutes(0, 4), term(1));
    expect(await count('5m')).toBe(0);
    await store.save('AAPL', minutes(4, 5), term(1));
    expect(await store.latest('AAPL', '5m', 10)).toEqual([
      { start: new Date(ten), open: 0, high: 4.5, low: -0.5, close: 4.25 },
    ]);
    expect(await count('15m')).toBe(0);
  });

  it('builds every frame of a whole hour at once', async () => {
    await store.save('AAPL', minutes(0, 60), term(1));
    expect(await Promise.all((['1m', '5m', '15m', '30m', '1h'] as const).map(count))).toEqual([
      60, 12, 4, 2, 1,
    ]);
    expect(await store.latest('AAPL', '1h', 1)).toEqual([
      { start: new Date(ten), open: 0, high: 59.5, low: -0.5, close: 59.25 },
    ]);
  });

  it('gives the newest first, of one symbol', async () => {
    await store.save('AAPL', minutes(0, 3), term(1));
    await store.save('IBM', minutes(0, 2), term(1));
    expect((await store.latest('AAPL', '1m', 2)).map(({ open }) => open)).toEqual([2, 1]);
    expect(await store.lastMinutes()).toEqual(
      new Map([
        ['AAPL', ten + 2 * MINUTE],
        ['IBM', ten + MINUTE],
      ]),
    );
  });

  it('replaces what is stored again', async () => {
    await store.save('AAPL', minutes(0, 5), term(1));
    await store.save('AAPL', minutes(0, 5), term(2));
    expect(await count('1m')).toBe(5);
    expect(await count('5m')).toBe(1);
  });

  it('stores nothing for a leader of the past', async () => {
    await store.save('AAPL', minutes(0, 1), term(2));
    await expect(store.save('AAPL', minutes(1, 5), term(1))).rejects.toThrow(StaleTokenError);
    expect(await count('1m')).toBe(1);
    expect(await count('5m')).toBe(0);
  });

  it('takes no minutes for an answer', async () => {
    await store.save('AAPL', [], term(1));
    expect(await count('1m')).toBe(0);
  });
});
