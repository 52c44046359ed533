import { beforeEach, describe, expect, it } from '@jest/globals';
import type { RecordReply } from '../../lease/index.js';
import { Term } from '../../leadership/index.js';
import { TEST_TIMING, testWorker } from '../../spec-support/replica.js';
import { TestClock } from '../../testing/test-clock.js';
import { TermLedger } from '../term-ledger.js';
import { type CronEntry, encodeCronEntry, slotField } from './cron-entry.js';
import { SlotLedger } from './slot-ledger.js';

const PATTERN = '* * * * * UTC';
const FIELD = slotField('worker');
const TOKEN = 7;
const UNKNOWN: RecordReply = { outcome: 'unknown', error: new Error('time-out') };

/** How far ahead of the store's time settled slots may lie, ms. */
const AHEAD = 60_000;

describe('SlotLedger', () => {
  let clock: TestClock;
  let term: Term;
  let stored: string | null;
  let termLedger: TermLedger;
  let slots: SlotLedger;
  /** What becomes of the next writes, in turn; then they are done. */
  let faults: ('lost-command' | 'lost-reply' | RecordReply)[];

  const entry = (through: number, running?: CronEntry['running']) =>
    encodeCronEntry({ pattern: PATTERN, through, ...(running && { running }) });
  const claimOf = (slot: number) => entry(slot, { slot, token: TOKEN });

  beforeEach(() => begin(entry(1_000)));

  function begin(left: string | null): void {
    clock = new TestClock(0);
    const sentAt = { monotonic: 0, wall: clock.wall() };
    term = new Term('key', 'me', TOKEN, clock, 20_000, sentAt, clock.wall());
    stored = left;
    faults = [];
    termLedger = new TermLedger(
      term,
      left === null ? {} : { [FIELD]: left },
      async (_field, value, expected) => {
        const fault = faults.shift();
        if (fault === 'lost-command') return UNKNOWN;
        if (typeof fault === 'object') return fault;
        if (stored !== expected && stored !== value) return { outcome: 'conflict', current: stored };
        stored = value;
        return fault === 'lost-reply' ? UNKNOWN : { outcome: 'recorded' };
      },
    );
    const definition = testWorker({ kind: 'cron', pattern: PATTERN }, () => undefined);
    const context = {
      clock,
      timing: TEST_TIMING,
      random: () => 0.5,
      circuitBreaker: false,
      bootedAt: 0,
    } as const;
    slots = new SlotLedger(PATTERN, { definition, context }, termLedger, AHEAD);
  }

  /** Lets the retries of a write pass until it has an answer. */
  async function answer<T>(asked: Promise<T>): Promise<T> {
    let answered = false;
    void asked.then(() => (answered = true));
    await clock.advanceUntil(() => answered, { step: 100, limit: 60_000 });
    return asked;
  }

  describe('read', () => {
    it('shows what was left for this pattern', () => {
      expect(slots.read()).toMatchObject({ through: 1_000 });
    });

    it.each([null, 'garbage', encodeCronEntry({ pattern: 'another', through: 1 })])(
      'shows nothing where there is %j',
      (left) => {
        begin(left);
        expect(slots.read()).toBeUndefined();
      },
    );
  });

  describe('slots that are said to be settled far ahead of the time of the store', () => {
    beforeEach(() => begin(entry(AHEAD + 1)));

    it('are not believed', () => {
      expect([slots.read(), slots.disbelieved]).toEqual([undefined, AHEAD + 1]);
      begin(entry(AHEAD));
      expect([slots.read()?.through, slots.disbelieved]).toEqual([AHEAD, undefined]);
    });

    it('can be claimed, also where somebody wrote that meanwhile', async () => {
      expect(await slots.claim(2_000, 1_000)).toMatchObject({ outcome: 'ours' });
      begin(entry(1_000));
      stored = entry(AHEAD + 1);
      expect(await answer(slots.claim(2_000, 1_000))).toMatchObject({ outcome: 'ours' });
    });

    it('are overwritten by what is settled now', async () => {
      slots.note(500);
      await clock.advance(0);
      expect(stored).toBe(entry(500));
    });
  });

  describe('claim', () => {
    it('puts the slot down as running, under the token of the term', async () => {
      expect(await slots.claim(2_000, 1_000)).toMatchObject({ outcome: 'ours' });
      expect(stored).toBe(claimOf(2_000));
    });

    it('asks until there is an answer', async () => {
      faults = ['lost-command', 'lost-reply', 'lost-command'];
      expect(await answer(slots.claim(2_000, 1_000))).toMatchObject({ outcome: 'ours' });
      expect(stored).toBe(claimOf(2_000));
      expect(clock.monotonic()).toBeGreaterThanOrEqual(3 * (TEST_TIMING.ttl / 15));
    });

    it('is refused if the slot is settled already', async () => {
      stored = entry(2_000);
      expect(await slots.claim(2_000, 1_000)).toMatchObject({ outcome: 'refused' });
      expect(stored).toBe(entry(2_000));
      expect(slots.read()).toMatchObject({ through: 2_000 });
    });

    it('is refused if the lease is lost', async () => {
      faults = [{ outcome: 'lost', holder: 'another' }];
      expect(await slots.claim(2_000, 1_000)).toMatchObject({ outcome: 'refused' });
    });

    it.each([
      ['an older entry', entry(500)],
      ['an entry of another pattern', encodeCronEntry({ pattern: 'another', through: 9_000 })],
      ['garbage', 'garbage'],
      ['nothing', null],
    ])('is made on top of %s that somebody put there', async (_what, current) => {
      stored = current;
      expect(await slots.claim(2_000, 1_000)).toMatchObject({ outcome: 'ours' });
      expect(stored).toBe(claimOf(2_000));
    });

    it('is unanswered if the term ends first', async () => {
      faults = Array.from({ length: 100 }, () => 'lost-command' as const);
      const claimed = slots.claim(2_000, 1_000);
      await clock.advance(1_000);
      term.closeGate();
      term.abort('stop');
      expect(await claimed).toMatchObject({ outcome: 'unanswered' });
      expect(clock.monotonic()).toBe(1_000);
    });
  });

  describe('undoing a claim', () => {
    it('puts back what was there', async () => {
      const { undo } = await slots.claim(2_000, 1_000);
      await undo();
      expect(stored).toBe(entry(1_000));
    });

    it('puts back what was there when it was made, which may be newer than what the term knew of', async () => {
      stored = entry(1_500);
      const { undo } = await slots.claim(2_000, 1_000);
      await undo();
      expect(stored).toBe(entry(1_500));
    });

    it('leaves a slot open where nothing was there', async () => {
      begin(null);
      const { undo } = await slots.claim(2_000, 1_000);
      await undo();
      expect(stored).toBe(entry(1_000));
    });

    it('finds the claim whose answer was lost', async () => {
      faults = ['lost-reply'];
      const claimed = slots.claim(2_000, 1_000);
      await clock.advance(0);
      term.closeGate();
      term.abort('stop');
      await (await claimed).undo();
      expect(stored).toBe(entry(1_000));
    });

    it('touches nothing if the claim was refused', async () => {
      stored = entry(5_000);
      const { undo } = await slots.claim(2_000, 1_000);
      await undo();
      expect(stored).toBe(entry(5_000));
    });

    it('touches nothing that was written since', async () => {
      const { undo } = await slots.claim(2_000, 1_000);
      await slots.settle(3_000);
      await undo();
      expect(stored).toBe(entry(3_000));
    });
  });

  describe('settle', () => {
    it('takes the running slot off', async () => {
      await slots.claim(2_000, 1_000);
      await slots.settle(2_000);
      expect(stored).toBe(entry(2_000));
    });

    it('asks until there is an answer', async () => {
      await slots.claim(2_000, 1_000);
      faults = ['lost-command', 'lost-command'];
      await answer(slots.settle(2_000));
      expect(stored).toBe(entry(2_000));
    });

    it('does not go on asking behind a newer claim: that would open a slot again which has run', async () => {
      await slots.claim(2_000, 1_000);
      faults = ['lost-reply'];
      const settled = slots.settle(2_000);
      await clock.advance(100);
      await slots.claim(3_000, 2_000);
      await slots.settle(3_000);
      await answer(settled);
      expect(stored).toBe(entry(3_000));
    });

    it('does not go back', async () => {
      await slots.settle(3_000);
      await slots.settle(2_000);
      slots.note(2_500);
      await clock.advance(0);
      expect(stored).toBe(entry(3_000));
    });

    it('gives up when the term ends', async () => {
      faults = Array.from({ length: 100 }, () => 'lost-command' as const);
      const settled = slots.settle(2_000);
      await clock.advance(1_000);
      term.closeGate();
      term.abort('lost');
      await settled;
      expect(stored).toBe(entry(1_000));
    });
  });

  describe('note', () => {
    it('is not waited for, and made good by the next write', async () => {
      faults = ['lost-command'];
      slots.note(1_500);
      await clock.advance(0);
      expect(stored).toBe(entry(1_000));
      slots.note(2_500);
      await clock.advance(0);
      expect(stored).toBe(entry(2_500));
    });
  });
});
