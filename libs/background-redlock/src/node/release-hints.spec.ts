import { beforeEach, describe, expect, it } from '@jest/globals';
import type { LeaseRef } from 'nestjs-background-services/store';
import { TestClock } from 'nestjs-background-services/testing';
import { ReleaseHints } from './release-hints.js';

describe('the hint of a release', () => {
  let clock: TestClock;
  let hints: ReleaseHints;
  let heard: LeaseRef[];

  beforeEach(() => {
    clock = new TestClock();
    hints = new ReleaseHints(2, clock);
    heard = [];
    hints.watch((release) => heard.push(release));
  });

  const notice = (node: number, token = '5', key = 'orders') =>
    hints.onNotice(node, { key, holder: 'a', token, heir: undefined });

  it('comes with the notice of a majority, once', () => {
    notice(1);
    expect(heard).toEqual([]);
    notice(1);
    expect(heard).toEqual([]);
    notice(2);
    notice(0);
    expect(heard).toEqual([{ key: 'orders', holder: 'a' }]);
  });

  it('names the heir', () => {
    for (const node of [0, 1]) hints.onNotice(node, { key: 'orders', holder: 'a', token: '5', heir: 'b' });
    expect(heard).toEqual([{ key: 'orders', holder: 'a', heir: 'b' }]);
  });

  it('comes a moment later if no majority is heard of', async () => {
    notice(1);
    await clock.advance(49);
    expect(heard).toEqual([]);
    await clock.advance(1);
    expect(heard).toHaveLength(1);
    notice(0);
    await clock.advance(1_000);
    expect(heard).toHaveLength(1);
  });

  it('comes for each release, and not for the echo of an earlier one', () => {
    for (const token of ['5', '6']) for (const node of [0, 1]) notice(node, token);
    for (const node of [0, 1]) notice(node, '5');
    for (const node of [0, 1]) notice(node, '5', 'prices');
    expect(heard.map(({ key }) => key)).toEqual(['orders', 'orders', 'prices']);
  });

  it('comes of what an operator freed, which has no token, and again of the next time', async () => {
    const freed = (node: number) =>
      hints.onNotice(node, { key: 'orders', holder: 'a', token: undefined, heir: undefined });
    for (const node of [0, 1]) freed(node);
    expect(heard).toEqual([{ key: 'orders', holder: 'a' }]);
    for (const node of [0, 1]) freed(node);
    expect(heard).toHaveLength(2);
    freed(0);
    await clock.advance(50);
    expect(heard).toHaveLength(3);
  });

  it.each(['', 'x', '-1'])('does not come of a notice with the token %j', async (token) => {
    for (const node of [0, 1]) hints.onNotice(node, { key: 'orders', holder: 'a', token });
    await clock.advance(1_000);
    expect(heard).toEqual([]);
  });

  it('does not come after the end', async () => {
    notice(1);
    hints.close();
    await clock.advance(1_000);
    expect(heard).toEqual([]);
  });
});
