import { describe, expect, it } from '@jest/globals';
import { LeadershipLostError } from '../errors/index.js';
import { instant } from '../lease/index.js';
import { TestClock } from '../testing/index.js';
import { SharedLease } from './keeper/shared-lease.js';
import { Term } from './term.js';

const DEADLINE = 20_000;

function begin() {
  const clock = new TestClock();
  const term = new Term('orders', 'replica-1', 7, clock, DEADLINE, instant(clock), clock.wall());
  return { clock, term };
}

describe('Term', () => {
  it('lives until the renew deadline, counted from when the confirmed command was sent', () => {
    const clock = new TestClock();
    const sentAt = instant(clock);
    clock.stall(5_000);
    const term = new Term('orders', 'replica-1', 7, clock, DEADLINE, sentAt, clock.wall());
    clock.stall(14_999);
    expect(term.isLive()).toBe(true);
    clock.stall(1);
    expect(term.isLive()).toBe(false);
  });

  it('is dead after a suspension that only the wall clock saw', () => {
    const { clock, term } = begin();
    clock.stepWall(DEADLINE);
    expect(term.isLive()).toBe(false);
  });

  it.each([-8_000, -3_600_000])('is not prolonged by a wall clock set by %d ms', (step) => {
    const { clock, term } = begin();
    clock.stepWall(step);
    clock.stall(DEADLINE);
    expect(term.isLive()).toBe(false);
  });

  it('stays dead once it was seen dead, even if the wall clock is set back', () => {
    const { clock, term } = begin();
    clock.stepWall(3_600_000);
    expect(term.isLive()).toBe(false);
    clock.stepWall(-3_600_000);
    expect(term.isLive()).toBe(false);
  });

  it('is prolonged by a confirmed renewal from when that was sent', () => {
    const { clock, term } = begin();
    clock.stall(10_000);
    const sentAt = instant(clock);
    clock.stall(3_000);
    expect(term.confirm(sentAt, clock.wall())).toBe(true);
    clock.stall(16_999);
    expect(term.isLive()).toBe(true);
    clock.stall(1);
    expect(term.isLive()).toBe(false);
  });

  it('is not revived by a confirmation that comes after the deadline', () => {
    const { clock, term } = begin();
    clock.stall(19_000);
    const sentAt = instant(clock);
    clock.stall(2_000);
    expect(term.confirm(sentAt, clock.wall())).toBe(false);
    expect(term.isLive()).toBe(false);
  });

  it('does not shorten when confirmations arrive out of order', () => {
    const { clock, term } = begin();
    const early = instant(clock);
    clock.stall(10_000);
    term.confirm(instant(clock), clock.wall());
    term.confirm(early, clock.wall());
    expect(term.remaining(instant(clock))).toBe(DEADLINE);
  });

  it('closes the gate before the signal fires', () => {
    const { term } = begin();
    let liveInListener: boolean | undefined;
    term.signal.addEventListener('abort', () => (liveInListener = term.isLive()));
    term.closeGate();
    expect(term.signal.aborted).toBe(false);
    term.abort('stop');
    expect(liveInListener).toBe(false);
  });

  it('aborts with a reason that names key, token and cause', () => {
    const { term } = begin();
    term.closeGate();
    term.abort('lost');
    expect(term.signal.reason).toBeInstanceOf(LeadershipLostError);
    expect(term.signal.reason).toMatchObject({
      code: 'BGS_LEADERSHIP_LOST',
      key: 'orders',
      fencingToken: 7,
      reason: 'lost',
    });
    expect(() => term.assertLive()).toThrow(term.signal.reason as Error);
  });

  it('hands out a signal that has aborted to whoever asks after the end, always the same one', () => {
    const { term } = begin();
    term.closeGate();
    term.abort('step-down');
    expect(term.signal.aborted).toBe(true);
    expect(term.signal.reason).toMatchObject({ reason: 'step-down', fencingToken: 7 });
    expect(term.signal).toBe(term.signal);
  });

  it('throws from assertLive past the deadline even before anybody has ended it', () => {
    const { clock, term } = begin();
    expect(() => term.assertLive()).not.toThrow();
    clock.stall(DEADLINE);
    expect(() => term.assertLive()).toThrow(LeadershipLostError);
  });

  describe('with a keeper', () => {
    function beginKept() {
      const clock = new TestClock();
      const kept = SharedLease.since(instant(clock));
      const term = new Term('orders', 'replica-1', 7, clock, DEADLINE, instant(clock), 1_000_000, kept);
      return { clock, kept, term };
    }

    it('lives on what the keeper had confirmed while the event loop was blocked', () => {
      const { clock, kept, term } = beginKept();
      for (let beat = 0; beat < 5; beat++) {
        clock.stall(DEADLINE - 1);
        kept.confirm(instant(clock));
      }
      expect(() => term.assertLive()).not.toThrow();
      clock.stall(DEADLINE);
      expect(term.isLive()).toBe(false);
    });

    it('is not revived by the keeper once it was seen dead', () => {
      const { clock, kept, term } = beginKept();
      clock.stall(DEADLINE);
      expect(term.isLive()).toBe(false);
      kept.confirm(instant(clock));
      expect(term.isLive()).toBe(false);
    });

    it('ends at once when the keeper is told that the lease is lost', () => {
      const { kept, term } = beginKept();
      kept.lose();
      expect(() => term.assertLive()).toThrow(expect.objectContaining({ reason: 'lost' }));
    });

    it('tells the keeper what was confirmed, and when to stop', () => {
      const { clock, kept, term } = beginKept();
      clock.stall(1_000);
      term.confirm(instant(clock), 1_001_000);
      expect(kept.confirmed).toEqual(instant(clock));
      term.drop();
      expect(kept.isKept).toBe(false);
    });
  });

  it("tells the store's time without heeding this machine's wall clock", () => {
    const clock = new TestClock();
    const term = new Term('orders', 'replica-1', 7, clock, DEADLINE, instant(clock), 1_000_000);
    clock.stall(500);
    clock.stepWall(3_600_000);
    expect(term.storeNow()).toBe(1_000_500);
  });
});
