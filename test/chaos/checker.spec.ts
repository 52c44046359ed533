import { describe, expect, it } from '@jest/globals';
import { check } from './checker.js';
import type { Answers, ChaosEvent } from './events.js';
import { timingOf } from './replica/settings.js';

/** A renew deadline of 1,000 ms. */
const TIMING = timingOf(1_500);
const ACCEPTED: Answers = { fenced: 'accepted', 'half-fenced': 'accepted', unfenced: 'accepted' };
const REFUSED: Answers = { fenced: 'refused', 'half-fenced': 'refused', unfenced: 'accepted' };

const violations = (...events: readonly ChaosEvent[]) =>
  check([...events], TIMING).violations.map(({ rule }) => rule);

/** A term that begins 1 ms after it was asked for, and what follows in it. */
function term(process: string, token: number, sentAt: number, ...more: readonly ChaosEvent[]): ChaosEvent[] {
  const at = sentAt + 1;
  return [
    { event: 'command', at, process, kind: 'acquire', sentAt, outcome: 'acquired', token },
    { event: 'term', at, process, token },
    ...more,
  ];
}

const renewed = (process: string, token: number, sentAt: number, at = sentAt + 1): ChaosEvent => ({
  event: 'command',
  at,
  process,
  kind: 'renew',
  sentAt,
  outcome: 'renewed',
  token,
});
const abort = (process: string, token: number, at: number, waited = 0): ChaosEvent => ({
  event: 'abort',
  at,
  process,
  token,
  reason: 'deadline',
  waited,
});
const start = (process: string, token: number, at: number, id = `${token}.${at}`): ChaosEvent => ({
  event: 'start',
  at,
  process,
  token,
  id,
});
const fault = (kind: string, from: number, to: number, processes: readonly string[] = []): ChaosEvent[] => [
  { event: 'fault', at: from, fault: from, step: from, kind, processes },
  { event: 'healed', at: to, fault: from },
];

/** An iteration that read `after`, and wrote its id at `at`. */
function write(token: number, at: number, id: string, after: string, answers = ACCEPTED): ChaosEvent[] {
  const process = 'A#1';
  return [
    start(process, token, at - 10, id),
    {
      event: 'write',
      at: at - 1,
      process,
      token,
      id,
      after: { fenced: after, 'half-fenced': after, unfenced: after },
    },
    { event: 'wrote', at, process, token, id, answers },
  ];
}

const registers = (head: string): ChaosEvent => ({
  event: 'registers',
  at: 100_000,
  heads: { fenced: head, 'half-fenced': head, unfenced: head },
});

describe('check, of leadership', () => {
  it('has nothing to say of a term that is renewed, and aborted at its deadline', () => {
    const events = term(
      'A#1',
      1,
      0,
      start('A#1', 1, 900),
      renewed('A#1', 1, 500),
      start('A#1', 1, 1_499),
      abort('A#1', 1, 1_540),
    );
    expect(violations(...events, ...term('B#1', 2, 1_600, abort('B#1', 2, 1_700)))).toEqual([]);
  });

  it('finds a start past the deadline, which counts from the sending of the last confirmed command', () => {
    expect(violations(...term('A#1', 1, 0, start('A#1', 1, 1_001), abort('A#1', 1, 1_010)))).toEqual([
      'a start past the deadline',
    ]);
  });

  it('does not let an answer that comes past the deadline revive a term', () => {
    const events = term(
      'A#1',
      1,
      0,
      renewed('A#1', 1, 900, 1_005),
      start('A#1', 1, 1_008),
      abort('A#1', 1, 1_010),
    );
    expect(violations(...events)).toEqual(['a start past the deadline']);
  });

  it('finds a start after the abort', () => {
    expect(violations(...term('A#1', 1, 0, abort('A#1', 1, 500), start('A#1', 1, 501)))).toEqual([
      'a start after the abort',
    ]);
  });

  it('finds an abort that comes late, and one that never comes', () => {
    expect(violations(...term('A#1', 1, 0, abort('A#1', 1, 1_051)))).toEqual(['a late abort']);
    expect(violations(...term('A#1', 1, 0, start('B#1', 2, 1_051)))).toEqual(['a late abort']);
  });

  it('finds an abort that comes late after the news of the loss', () => {
    const lost: ChaosEvent = {
      event: 'command',
      at: 101,
      process: 'A#1',
      kind: 'renew',
      sentAt: 100,
      outcome: 'lost',
      token: 1,
    };
    expect(violations(...term('A#1', 1, 0, lost, abort('A#1', 1, 152)))).toEqual(['a late abort']);
  });

  it('gives a process the time that it stood still, was blocked or waited for a processor', () => {
    const late = (at: number, waited = 0) => term('A#1', 1, 0, abort('A#1', 1, at, waited));
    const working: ChaosEvent[] = [start('B#1', 9, 2_990, '9.1'), ...write(9, 2_999, '9.2', '')];
    expect(violations(...late(1_100, 60))).toEqual([]);
    expect(violations(...fault('SIGSTOP', 500, 2_000, ['A#1']), ...late(2_040), ...working)).toEqual([]);
    expect(violations({ event: 'blocked', at: 2_000, process: 'A#1', since: 500 }, ...late(2_040))).toEqual(
      [],
    );
    expect(violations(...fault('SIGSTOP', 500, 2_000, ['B#1']), ...late(2_040), ...working)).toEqual([
      'a late abort',
    ]);
  });

  it('expects no abort of a process that was killed before', () => {
    const exit: ChaosEvent = { event: 'exit', at: 905, process: 'A#1', how: 'SIGKILL', asked: 'kill' };
    expect(violations(...term('A#1', 1, 0, exit), start('B#1', 2, 5_000))).toEqual([]);
  });

  it('finds two terms that live at the same time, by their own deadlines', () => {
    const events = [
      ...term('A#1', 1, 0, renewed('A#1', 1, 500), abort('A#1', 1, 1_500)),
      ...term('B#1', 2, 1_400, abort('B#1', 2, 1_600)),
    ];
    expect(violations(...events)).toEqual(['two live terms']);
  });

  it('allows them if Redis has forgotten the older lease, and nothing prolonged it afterwards', () => {
    const both = [
      ...term('A#1', 1, 0, renewed('A#1', 1, 500), abort('A#1', 1, 1_500)),
      ...term('B#1', 2, 1_400, abort('B#1', 2, 1_600)),
      ...write(2, 1_590, '2.1', ''),
    ];
    const { violations: none, overlaps } = check([...fault('FLUSHALL', 1_300, 1_301), ...both], TIMING);
    expect(none).toEqual([]);
    expect(overlaps).toMatchObject([
      { older: { process: 'A#1' }, newer: { process: 'B#1' }, duration: expect.closeTo(99, 5) },
    ]);
    expect(violations(...fault('FLUSHALL', 300, 301), ...both)).toEqual(['two live terms']);
    expect(violations(...fault('SCRIPT FLUSH', 1_300, 1_301), ...both)).toEqual(['two live terms']);
  });

  it('finds a token that does not rise, but lets grants that crossed each other come in any order', () => {
    expect(
      violations(...term('A#1', 5, 0, abort('A#1', 5, 10)), ...term('B#1', 5, 20, abort('B#1', 5, 30))),
    ).toContain('a token that did not rise');
    expect(
      violations(...term('A#1', 5, 0, abort('A#1', 5, 1)), ...term('B#1', 4, 0.5, abort('B#1', 4, 1.5))),
    ).not.toContain('a token that did not rise');
  });

  it('takes a grant whose answer was dropped for no term', () => {
    const [granted] = term('A#1', 1, 0);
    expect(violations(granted!, ...term('B#1', 2, 10, abort('B#1', 2, 20)))).toEqual([]);
  });

  it('finds replicas that end by themselves or have to be killed, and iterations that fail', () => {
    expect(
      violations(
        { event: 'exit', at: 1, process: 'A#1', how: 'code 1', asked: 'no' },
        { event: 'exit', at: 1, process: 'B#1', how: 'SIGKILL', asked: 'stop' },
        { event: 'exit', at: 1, process: 'C#1', how: 'SIGTERM', asked: 'stop' },
        { event: 'failed', at: 1, process: 'C#1', id: '1.1', error: 'gone' },
      ),
    ).toEqual(['a replica ended by itself', 'a replica did not stop in order', 'an iteration failed']);
  });
});

describe('check, of recovery', () => {
  it('measures from the end of the faults to the first success that began after it, and the longest pause', () => {
    const events = [
      ...write(1, 90, '1.1', ''),
      ...fault('Redis frozen', 100, 500),
      ...write(1, 505, '1.2', '1.1'),
      ...write(2, 800, '2.1', '1.2'),
      ...write(2, 2_000, '2.2', '2.1'),
    ];
    expect(check(events, TIMING).recoveries).toEqual([
      { kind: 'Redis frozen', recovery: 300, silence: 1_200 },
    ]);
  });

  it('takes faults of one step together', () => {
    const events = [...fault('FLUSHALL', 100, 101), ...fault('SIGSTOP', 150, 400, ['A#1'])];
    const step = events.map((event) => (event.event === 'fault' ? { ...event, step: 1 } : event));
    const [recovery, ...others] = check([...step, ...write(1, 450, '1.1', '')], TIMING).recoveries;
    expect(others).toEqual([]);
    expect(recovery).toMatchObject({ kind: 'several at once', recovery: 50 });
  });

  it('finds a fleet that does not come back before the next step', () => {
    const events = [
      ...fault('FLUSHALL', 100, 101),
      ...write(1, 300, '1.1', '', REFUSED),
      ...fault('partition', 400, 500, ['A#1']),
      ...write(1, 600, '1.2', ''),
    ];
    expect(violations(...events)).toEqual(['leadership did not come back']);
  });
});

describe('check, of the registers', () => {
  const registersOf = (...events: readonly ChaosEvent[]) => check([...events], TIMING).registers;

  it('finds nothing lost if each write follows the one before', () => {
    const [fenced] = registersOf(...write(1, 20, 'a', ''), ...write(1, 40, 'b', 'a'), registers('b'));
    expect(fenced).toEqual({
      register: 'fenced',
      acknowledged: 2,
      refused: 0,
      lost: [],
      overwrites: 0,
      stale: [],
    });
  });

  it('finds writes that were overwritten by one whose writer had not read them', () => {
    const events = [
      ...write(1, 20, 'a', ''),
      ...write(2, 40, 'b', 'a'),
      ...write(2, 60, 'c', 'b'),
      ...write(1, 80, 'stale', 'a'),
    ];
    const [fenced] = registersOf(...events, registers('stale'));
    expect(fenced).toMatchObject({ lost: ['b', 'c'], overwrites: 1 });
    expect(violations(...events, registers('stale'))).toEqual([
      'an acknowledged write is lost',
      'an acknowledged write is lost',
    ]);
  });

  it('does not miss a write that nobody heard of, whether it is there or not', () => {
    const [begun, sent] = write(1, 40, 'b', 'a');
    const unheard = [...write(1, 20, 'a', ''), begun!, sent!];
    expect(registersOf(...unheard, registers('b'))[0]).toMatchObject({ acknowledged: 1, lost: [] });
    expect(registersOf(...unheard, registers('a'))[0]).toMatchObject({ acknowledged: 1, lost: [] });
  });

  it('finds a write that was accepted under an older token than one before', () => {
    const events = [...write(2, 20, 'a', ''), ...write(1, 40, 'b', 'a'), registers('b')];
    expect(registersOf(...events)[0]).toMatchObject({ stale: ['b'] });
    expect(violations(...events)).toEqual(['a stale write was accepted']);
  });

  it('counts refusals, and holds the other registers to nothing', () => {
    const events = [...write(1, 20, 'a', ''), ...write(1, 40, 'b', 'a', REFUSED)];
    const end: ChaosEvent = {
      event: 'registers',
      at: 100,
      heads: { fenced: 'a', 'half-fenced': 'a', unfenced: '' },
    };
    expect(registersOf(...events, end)).toMatchObject([
      { register: 'fenced', acknowledged: 1, refused: 1, lost: [] },
      { register: 'half-fenced', acknowledged: 1, refused: 1, lost: [] },
      { register: 'unfenced', acknowledged: 2, refused: 0, lost: ['a', 'b'] },
    ]);
    expect(violations(...events, end)).toEqual([]);
  });
});
