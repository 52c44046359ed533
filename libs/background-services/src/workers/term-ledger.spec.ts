import { describe, expect, it } from '@jest/globals';
import type { RecordReply } from '../lease/index.js';
import { Term } from '../leadership/index.js';
import { TestClock } from '../testing/test-clock.js';
import { TermLedger } from './term-ledger.js';

/** A ledger over a store that is played by a map, and answers as it is told. */
function setUp(entries: Record<string, string> = {}) {
  const clock = new TestClock();
  const term = new Term(
    'key',
    'holder',
    1,
    clock,
    20_000,
    { monotonic: 0, wall: clock.wall() },
    clock.wall(),
  );
  const store = new Map(Object.entries(entries));
  const answers: RecordReply[] = [];
  const commands: [string, string, string | null | undefined][] = [];
  const ledger = new TermLedger(term, entries, (field, value, expected) => {
    commands.push([field, value, expected]);
    const answer = answers.shift();
    if (answer) return Promise.resolve(answer);
    const current = store.get(field) ?? null;
    if (expected !== undefined && expected !== current && value !== current)
      return Promise.resolve({ outcome: 'conflict', current });
    store.set(field, value);
    return Promise.resolve({ outcome: 'recorded' });
  });
  return { ledger, store, answers, commands };
}

const UNKNOWN: RecordReply = { outcome: 'unknown', error: new Error('time-out') };

describe('TermLedger', () => {
  it('sends a report until it is saved, and keeps none', () => {
    const { ledger } = setUp({ 'status:a': 'old' });
    expect(ledger.take('status:a')).toBe('old');
    expect(ledger.get('status:a')).toBeUndefined();
    ledger.report('status:a', '1');
    const sent = ledger.unsaved();
    expect(sent).toEqual({ 'status:a': '1' });
    ledger.report('status:a', '2');
    ledger.markSaved(sent);
    expect(ledger.unsaved()).toEqual({ 'status:a': '2' });
    ledger.markSaved({ 'status:a': '2' });
    expect(ledger.unsaved()).toEqual({});
    expect(ledger.get('status:a')).toBeUndefined();
  });

  it('shows what the predecessor left, and nothing else', () => {
    const { ledger } = setUp({ 'start:a': '1' });
    expect(ledger.get('start:a')).toBe('1');
    expect(ledger.get('start:b')).toBeUndefined();
    expect(ledger.get('constructor')).toBeUndefined();
    expect(ledger.unsaved()).toEqual({});
  });

  describe('put', () => {
    it('sends nothing, and gives the change to the next renewal', () => {
      const { ledger, commands } = setUp();
      ledger.put('start:a', '1');
      expect(commands).toEqual([]);
      expect(ledger.get('start:a')).toBe('1');
      expect(ledger.unsaved()).toEqual({ 'start:a': '1' });
    });

    it('has nothing to say if the store has the value already', () => {
      const { ledger } = setUp({ 'start:a': '1' });
      ledger.put('start:a', '1');
      expect(ledger.unsaved()).toEqual({});
    });

    it('has nothing to say any more once a change was taken back', () => {
      const { ledger } = setUp({ 'start:a': '1' });
      ledger.put('start:a', '2');
      ledger.put('start:a', '1');
      expect(ledger.unsaved()).toEqual({});
    });
  });

  describe('markSaved', () => {
    it('forgets what was saved', () => {
      const { ledger } = setUp();
      ledger.put('start:a', '1');
      ledger.put('start:b', '2');
      ledger.markSaved({ 'start:a': '1' });
      expect(ledger.unsaved()).toEqual({ 'start:b': '2' });
      expect(ledger.get('start:a')).toBe('1');
    });

    it('keeps a change that was made while the renewal was under way', () => {
      const { ledger } = setUp();
      ledger.put('start:a', '1');
      const sent = ledger.unsaved();
      ledger.put('start:a', '2');
      ledger.markSaved(sent);
      expect(ledger.unsaved()).toEqual({ 'start:a': '2' });
    });
  });

  describe('a value that is put back while another is under way', () => {
    it('is sent again, for the other one may be what the store has', () => {
      const { ledger } = setUp({ field: 'a' });
      ledger.put('field', 'b');
      const sent = ledger.unsaved();
      ledger.put('field', 'a');
      expect(ledger.unsaved()).toEqual({ field: 'a' });
      ledger.markSaved(sent);
      expect(ledger.get('field')).toBe('a');
      expect(ledger.unsaved()).toEqual({ field: 'a' });
      ledger.markSaved({ field: 'a' });
      expect(ledger.unsaved()).toEqual({});
    });

    it('is sent again where nobody knows whether the other one arrived', async () => {
      const { ledger, answers } = setUp({ field: 'a' });
      answers.push(UNKNOWN);
      await ledger.save('field', 'b');
      ledger.put('field', 'a');
      expect(ledger.unsaved()).toEqual({ field: 'a' });
    });
  });

  describe('save', () => {
    it('sends the change now, so that nothing is left for the renewal', async () => {
      const { ledger, store } = setUp();
      await ledger.save('start:a', '1');
      expect(store.get('start:a')).toBe('1');
      expect(ledger.unsaved()).toEqual({});
    });

    it('does not send what the store has', async () => {
      const { ledger, commands } = setUp({ 'start:a': '1' });
      await ledger.save('start:a', '1');
      expect(commands).toEqual([]);
    });

    it('leaves the change to the next renewal if the store does not answer', async () => {
      const { ledger, answers } = setUp();
      answers.push(UNKNOWN);
      await ledger.save('start:a', '1');
      expect(ledger.unsaved()).toEqual({ 'start:a': '1' });
      expect(ledger.get('start:a')).toBe('1');
    });
  });

  describe('compareAndSet', () => {
    it('expects what the predecessor left', async () => {
      const { ledger, commands } = setUp({ 'slot:a': 'old' });
      await ledger.compareAndSet('slot:a', 'new');
      await ledger.compareAndSet('slot:a', 'newer');
      expect(commands).toEqual([
        ['slot:a', 'new', 'old'],
        ['slot:a', 'newer', 'new'],
      ]);
    });

    it('expects nothing where nothing was left', async () => {
      const { ledger, commands } = setUp();
      await ledger.compareAndSet('slot:a', 'new');
      expect(commands).toEqual([['slot:a', 'new', null]]);
    });

    it('learns from a conflict what is there', async () => {
      const { ledger, store } = setUp({ 'slot:a': 'old' });
      store.set('slot:a', 'other');
      expect(await ledger.compareAndSet('slot:a', 'new')).toEqual({ outcome: 'conflict', current: 'other' });
      expect(ledger.get('slot:a')).toBe('other');
      expect(await ledger.compareAndSet('slot:a', 'new')).toEqual({ outcome: 'recorded' });
    });

    it('learns from a conflict that the entry is gone', async () => {
      const { ledger, store } = setUp({ 'slot:a': 'old' });
      store.delete('slot:a');
      expect(await ledger.compareAndSet('slot:a', 'new')).toMatchObject({ outcome: 'conflict' });
      expect(ledger.get('slot:a')).toBeUndefined();
      expect(await ledger.compareAndSet('slot:a', 'new')).toEqual({ outcome: 'recorded' });
    });

    it.each([UNKNOWN, { outcome: 'lost', holder: 'other' } as const])(
      'believes what it believed before if the answer is %j',
      async (answer) => {
        const { ledger, answers } = setUp({ 'slot:a': 'old' });
        answers.push(answer);
        expect(await ledger.compareAndSet('slot:a', 'new')).toBe(answer);
        expect(ledger.get('slot:a')).toBe('old');
        expect(ledger.unsaved()).toEqual({});
      },
    );
  });
});
