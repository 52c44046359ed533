import { describe, expect, it } from '@jest/globals';
import type { ReleaseReply, ReleaseRequest } from '../lease-store.js';
import { ReleaseQueue } from './release-queue.js';

const request = (key: string): ReleaseRequest => ({ key, holder: 'a', token: 1, ledger: {} });

describe('ReleaseQueue', () => {
  const sent: string[][] = [];
  const queue = new ReleaseQueue((requests) => {
    sent.push(requests.map(({ key }) => key));
    return Promise.resolve(
      requests.map(({ key }): ReleaseReply => ({ outcome: 'lost', holder: `of ${key}` })),
    );
  });

  it('sends what is released in one tick together, promises in between or not, and hands each its reply', async () => {
    sent.length = 0;
    const late = async (key: string, steps: number) => {
      for (let i = 0; i < steps; i++) await Promise.resolve();
      return queue.add(request(key));
    };
    expect(await Promise.all([queue.add(request('a')), late('b', 1), late('c', 20)])).toEqual([
      { outcome: 'lost', holder: 'of a' },
      { outcome: 'lost', holder: 'of b' },
      { outcome: 'lost', holder: 'of c' },
    ]);
    expect(sent).toEqual([['a', 'b', 'c']]);
  });

  it('begins anew after it has sent', async () => {
    sent.length = 0;
    await queue.add(request('a'));
    await queue.add(request('b'));
    expect(sent).toEqual([['a'], ['b']]);
  });

  it('sends at once when told to, and once only', async () => {
    sent.length = 0;
    const reply = queue.add(request('a'));
    queue.flush();
    expect(sent).toEqual([['a']]);
    queue.flush();
    expect(await reply).toEqual({ outcome: 'lost', holder: 'of a' });
    expect(sent).toEqual([['a']]);
  });
});
