import { describe, expect, it } from '@jest/globals';
import { Palette, stretchesOf } from './time-line.js';
import type { Key, Term } from './wire.js';

const moment = (seconds: number) => new Date(seconds * 1_000).toISOString();
const term = (
  leader: string,
  from: number,
  to: number | null,
  more: Partial<Pick<Term, 'reason'>> & { readonly lastSign?: number } = {},
): Term => ({
  ...{ leader, token: from, from: moment(from), to: to === null ? null : moment(to) },
  reason: more.reason ?? null,
  lastSignAt: more.lastSign === undefined ? null : moment(more.lastSign),
});
const key = (leader: string | null, ...terms: Term[]) =>
  ({
    state: leader === null ? 'leaderless' : 'led',
    leader,
    token: terms[0]?.token,
    terms,
  }) as unknown as Key;

describe('stretchesOf', () => {
  it('places terms within the span, oldest first', () => {
    const terms = [term('b', 75, null), term('a', 50, 75, { reason: 'step-down' })];
    expect(stretchesOf(key('b', ...terms), 100_000, 100_000)).toMatchObject([
      { kind: 'led', leader: 'a', left: 50, width: 25, end: { kind: 'ended', reason: 'step-down' } },
      { kind: 'led', leader: 'b', left: 75, width: 25, end: { kind: 'leads' } },
    ]);
  });

  it('ends the term of a leader that was killed when it was last heard of, and leaves a gap until the next one', () => {
    const terms = [term('b', 80, null), term('a', 40, null, { lastSign: 60 })];
    expect(stretchesOf(key('b', ...terms), 100_000, 100_000)).toMatchObject([
      { kind: 'led', leader: 'a', left: 40, width: 20, end: { kind: 'silent', since: 60_000 } },
      { kind: 'gap', left: 60, width: 20, from: 60_000, to: 80_000 },
      { kind: 'led', leader: 'b', left: 80, width: 20 },
    ]);
  });

  it('draws nothing of a term of which nothing is known but its begin', () => {
    expect(stretchesOf(key('b', term('b', 80, null), term('a', 40, null)), 100_000, 100_000)).toMatchObject([
      { kind: 'led', leader: 'a', width: 0 },
      { kind: 'gap', left: 40, width: 40 },
      { kind: 'led', leader: 'b', width: 20 },
    ]);
  });

  it.each([
    ['nobody leads', { state: 'leaderless', leader: null }],
    ['its holder is not there', { state: 'stale', leader: 'a' }],
    ['it is disabled', { state: 'disabled', leader: null }],
  ])('leaves a gap up to now where %s', (_, now) => {
    const gone = { ...key('a', term('a', 40, null, { lastSign: 70 })), ...now } as Key;
    expect(stretchesOf(gone, 100_000, 100_000)).toMatchObject([
      { kind: 'led', leader: 'a', left: 40, width: 30, end: { kind: 'silent' } },
      { kind: 'gap', left: 70, width: 30 },
    ]);
  });

  it('calls a hand-over no gap, but a time in which nobody led after an ordinary end', () => {
    const kinds = (before: Term) =>
      stretchesOf(key('b', term('b', 80, null), before), 100_000, 100_000).map(({ kind }) => kind);
    expect(kinds(term('a', 40, 79.9, { reason: 'stop' }))).toEqual(['led', 'led']);
    expect(kinds(term('a', 40, 70, { reason: 'stop' }))).toEqual(['led', 'gap', 'led']);
    expect(kinds(term('a', 40, null, { lastSign: 79.9 }))).toEqual(['led', 'gap', 'led']);
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
