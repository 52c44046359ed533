import { beforeEach, describe, expect, it } from '@jest/globals';
import type { AcquireReply } from '../lease-store.js';
import { SeenLeases } from './seen-leases.js';

const [A, B] = [{ key: 'a' }, { key: 'b' }];
const acquired: AcquireReply = { outcome: 'acquired', token: 1, ledger: {}, storeTime: 1 };
const held = (holder: string): AcquireReply => ({ outcome: 'held', holder, ttl: 1 });

describe('the loss of data', () => {
  let losses: string[];
  let seen: SeenLeases;

  beforeEach(() => {
    losses = [];
    seen = new SeenLeases(({ reason }) => losses.push(reason));
  });

  it('is not what a lease looks like that nobody has led before', () => {
    seen.note([A, B], [acquired, acquired], [0, 1]);
    seen.note([A], [acquired], []);
    expect(losses).toEqual([]);
  });

  it('is said of a lease that this replica has led, or seen led', () => {
    seen.note([A, B], [acquired, held('app-2-17-0a1b2c3d')], [0]);
    seen.note([A, B], [acquired, acquired], [0, 1]);
    expect(losses).toEqual([expect.stringContaining('the token and the ledger of "a" and 1 more')]);
  });

  it.each(['DISABLED', 'maintenance', 'moved by ada'])(
    'is not said of a lease that an operator kept everybody off with %j before it was led',
    (text) => {
      seen.note([A], [held(text)], []);
      seen.note([A], [acquired], [0]);
      expect(losses).toEqual([]);
    },
  );
});
