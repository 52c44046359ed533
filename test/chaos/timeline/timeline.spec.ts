import { describe, expect, it } from '@jest/globals';
import type { ChaosEvent } from '../events.js';
import { timingOf } from '../replica/settings.js';
import { draw } from './picture.js';
import { readRows } from './rows.js';
import { windowsOf } from './windows.js';

const EVENTS: readonly ChaosEvent[] = [
  { event: 'up', at: 0, process: 'A#1' },
  { event: 'command', at: 11, process: 'A#1', kind: 'acquire', sentAt: 10, outcome: 'acquired', token: 7 },
  { event: 'term', at: 11, process: 'A#1', token: 7 },
  {
    event: 'wrote',
    at: 100,
    process: 'A#1',
    token: 7,
    id: '7.1',
    answers: { fenced: 'accepted', 'half-fenced': 'accepted', unfenced: 'accepted' },
  },
  { event: 'fault', at: 200, fault: 1, step: 1, kind: 'kill -9', processes: ['A#1'] },
  { event: 'exit', at: 210, process: 'A#1', how: 'SIGKILL', asked: 'kill' },
  { event: 'healed', at: 211, fault: 1 },
  { event: 'fault', at: 300, fault: 2, step: 2, kind: 'Redis frozen', processes: [] },
  { event: 'up', at: 900, process: 'A#2' },
  { event: 'healed', at: 1_300, fault: 2 },
];

describe('readRows', () => {
  it('puts the processes of a place in one row, with their terms, iterations and faults', () => {
    const [redis, replica, ...others] = readRows(EVENTS, timingOf(1_500));
    expect(others).toEqual([]);
    expect(redis).toMatchObject({
      name: 'Redis',
      lives: [],
      faults: [{ from: 300, to: 1_300, label: 'Redis frozen 1.0 s' }],
    });
    expect(replica).toMatchObject({
      name: 'A',
      lives: [
        { from: 0, to: 210 },
        { from: 900, to: 1_300 },
      ],
      terms: [{ ordinal: 1, from: 11, to: 210 }],
      faults: [{ from: 200, label: 'kill -9' }],
      accepted: [100],
      refused: [],
    });
  });
});

describe('draw', () => {
  const rows = readRows(EVENTS, timingOf(1_500));
  const drawn = (from: number, to: number) =>
    draw({
      title: 'A <run> & more',
      rows,
      violations: [{ rule: 'two live terms', at: 500, what: '' }],
      origin: 0,
      window: { from, to },
    });

  it('shows what lies in the window, and escapes what could be taken for markup', () => {
    const picture = drawn(0, 1_300);
    expect(picture).toContain('A &lt;run&gt; &amp; more');
    for (const label of ['replica A', 'kill -9', 'Redis frozen 1.0 s', 'term 1', 'two live terms']) {
      expect(picture).toContain(`>${label}</text>`);
    }
  });

  it('leaves out what does not', () => {
    const picture = drawn(600, 800);
    expect(picture).toContain('Redis frozen');
    for (const label of ['kill -9', 'term 1', 'two live terms']) expect(picture).not.toContain(label);
  });
});

describe('windowsOf', () => {
  it('shows the beginning of a run, in pieces of a minute', () => {
    expect(windowsOf({ from: 0, to: 90_000 }, [])).toEqual([
      { from: 0, to: 60_000 },
      { from: 60_000, to: 90_000 },
    ]);
    expect(windowsOf({ from: 0, to: 3_600_000 }, [])).toHaveLength(2);
  });

  it('looks closer around violations, once for those that are close to each other', () => {
    const windows = windowsOf({ from: 0, to: 3_600_000 }, [
      { at: 500_000 },
      { at: 500_900 },
      { at: 700_000 },
    ]);
    expect(windows.slice(2)).toEqual([
      { from: 490_000, to: 510_000 },
      { from: 690_000, to: 710_000 },
    ]);
  });
});
