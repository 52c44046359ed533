import { describe, expect, it } from '@jest/globals';
import { Palette, stretchesOf } from './time-line.js';
import type { Key, Term } from './wire.js';

const moment = (seconds: number) => new Date(seconds * 1_000).toISOString();
const term = (leader: string, from: number, to: number | null, reason: Term['reason'] = null): Term => ({
  leader,
  token: from,
  from: moment(from),
  to: to === null ? null : moment(to),
  reason,
});
const key = (leader: string | null, ...terms: Term[]) => ({ leader, terms }) as unknown as Key;

describe('stretchesOf', () => {
  it('places terms within the span, oldest first', () => {
    const stretches = stretchesOf(
      key('b', term('b', 75, null), term('a', 50, 75, 'step-down')),
      100_000,
      100_000,
    );
    expect(stretches).toMatchObject([
      { leader: 'a', left: 50, width: 25, reason: 'step-down' },
      { leader: 'b', left: 75, width: 25, reason: 'leads' },
    ]);
  });

  it('ends the term of a leader that was killed when the next one began', () => {
    expect(stretchesOf(key('b', term('b', 80, null), term('a', 60, null)), 100_000, 100_000)).toMatchObject([
      { leader: 'a', left: 60, width: 20, reason: 'not heard of again' },
      { leader: 'b', left: 80, width: 20 },
    ]);
  });

  it('cuts what began before, and leaves out what ended before', () => {
    const terms = [term('c', 950, null), term('b', 500, 950), term('a', 100, 500)];
    expect(stretchesOf(key('c', ...terms), 1_000_000, 100_000)).toMatchObject([
      { leader: 'b', left: 0, width: 50 },
      { leader: 'c', left: 50, width: 50 },
    ]);
  });

  it('never gives a width below zero, whatever the clocks say', () => {
    const stretches = stretchesOf(key('b', term('b', 120, null), term('a', 90, 80)), 100_000, 100_000);
    expect(stretches.every(({ width }) => width >= 0)).toBe(true);
  });
});

it('A palette keeps the colour of a replica', () => {
  const palette = new Palette();
  expect(['a', 'b', 'a'].map((replica) => palette.of(replica))).toEqual([
    'replica-0',
    'replica-1',
    'replica-0',
  ]);
});
