import { describe, expect, it, jest } from '@jest/globals';
import { TestClock } from './test-clock.js';

describe('TestClock', () => {
  it('begins where it is told to, and stands still', async () => {
    const at = Date.UTC(2026, 5, 1);
    for (const clock of [new TestClock(at), new TestClock(new Date(at))]) {
      await new Promise((resolve) => void setImmediate(resolve));
      expect([clock.monotonic(), clock.wall()]).toEqual([0, at]);
    }
  });

  it('lets time pass on both clocks', async () => {
    const clock = new TestClock(0);
    await clock.advance(1_500);
    expect([clock.monotonic(), clock.wall()]).toEqual([1_500, 1_500]);
  });

  describe('advance', () => {
    it('fires what is due, in the order of time, and of setting where that is equal', async () => {
      const clock = new TestClock(0);
      const fired: [string, number][] = [];
      const note = (name: string) => () => fired.push([name, clock.monotonic()]);
      clock.setTimeout(note('late'), 300);
      clock.setTimeout(note('first'), 100);
      clock.setTimeout(note('second'), 100);
      clock.setTimeout(note('never'), 301);
      await clock.advance(300);
      expect(fired).toEqual([
        ['first', 100],
        ['second', 100],
        ['late', 300],
      ]);
    });

    it('fires timers that are set on the way', async () => {
      const clock = new TestClock(0);
      const fired: number[] = [];
      const again = () => {
        fired.push(clock.monotonic());
        clock.setTimeout(again, 100);
      };
      clock.setTimeout(again, 100);
      await clock.advance(350);
      expect(fired).toEqual([100, 200, 300]);
    });

    it('lets everything settle that a timer sets off, before it fires the next one', async () => {
      const clock = new TestClock(0);
      const order: string[] = [];
      clock.setTimeout(() => {
        void (async () => {
          for (let i = 0; i < 20; i++) await Promise.resolve();
          order.push('settled');
        })();
      }, 100);
      clock.setTimeout(() => order.push('next'), 100);
      await clock.advance(100);
      expect(order).toEqual(['settled', 'next']);
    });

    it('fires what is due now, with 0', async () => {
      const clock = new TestClock(0);
      const fired = jest.fn();
      clock.setTimeout(fired, 0);
      clock.setTimeout(fired, -50);
      expect(fired).not.toHaveBeenCalled();
      await clock.advance(0);
      expect(fired).toHaveBeenCalledTimes(2);
      expect(clock.monotonic()).toBe(0);
    });

    it('does not fire what was cancelled, nor anything twice', async () => {
      const clock = new TestClock(0);
      const [kept, cancelled] = [jest.fn(), jest.fn()];
      clock.setTimeout(kept, 100);
      clock.setTimeout(cancelled, 100).cancel();
      await clock.advance(100);
      await clock.advance(100);
      expect(kept).toHaveBeenCalledTimes(1);
      expect(cancelled).not.toHaveBeenCalled();
    });

    it('fails with the error of a callback, and goes on with the next call', async () => {
      const clock = new TestClock(0);
      const fired = jest.fn();
      clock.setTimeout(() => {
        throw new Error('callback');
      }, 100);
      clock.setTimeout(fired, 200);
      await expect(clock.advance(200)).rejects.toThrow('callback');
      await clock.advance(100);
      expect(fired).toHaveBeenCalledTimes(1);
      expect(clock.monotonic()).toBe(200);
    });

    it('does not turn back when a callback stalls past its end', async () => {
      const clock = new TestClock(0);
      clock.setTimeout(() => clock.stall(500), 100);
      await clock.advance(200);
      expect([clock.monotonic(), clock.wall()]).toEqual([600, 600]);
    });
  });

  describe('stall', () => {
    it('lets time pass without firing anything', async () => {
      const clock = new TestClock(0);
      const fired: number[] = [];
      clock.setTimeout(() => fired.push(clock.monotonic()), 100);
      clock.stall(1_000);
      expect([clock.monotonic(), clock.wall(), fired]).toEqual([1_000, 1_000, []]);
      await clock.advance(0);
      expect(fired).toEqual([1_000]);
    });
  });

  describe('stepWall', () => {
    it('moves the wall clock alone, in both directions', async () => {
      const clock = new TestClock(10_000);
      const fired = jest.fn();
      clock.setTimeout(fired, 100);
      clock.stepWall(8_000);
      clock.stepWall(-3_600_000);
      await clock.advance(99);
      expect([clock.monotonic(), clock.wall()]).toEqual([99, 10_000 + 8_000 - 3_600_000 + 99]);
      expect(fired).not.toHaveBeenCalled();
    });
  });

  describe('advanceUntil', () => {
    it('lets no time pass if the condition holds', async () => {
      const clock = new TestClock(0);
      await clock.advanceUntil(() => true);
      expect(clock.monotonic()).toBe(0);
    });

    it('looks once more when what is under way has settled', async () => {
      const clock = new TestClock(0);
      let done = false;
      void Promise.resolve().then(() => (done = true));
      await clock.advanceUntil(() => done);
      expect(clock.monotonic()).toBe(0);
    });

    it('goes on in steps until the condition holds', async () => {
      const clock = new TestClock(0);
      let done = false;
      clock.setTimeout(() => (done = true), 95);
      await clock.advanceUntil(() => done, { step: 10 });
      expect(clock.monotonic()).toBe(100);
    });

    it('says how long it has waited for a condition that does not come true', async () => {
      const clock = new TestClock(0);
      await expect(clock.advanceUntil(() => false, { step: 10, limit: 50 })).rejects.toThrow(
        'The condition did not come true within 50 ms of test time',
      );
      expect(clock.monotonic()).toBe(50);
    });

    it('fails with the error of the condition', async () => {
      const clock = new TestClock(0);
      const condition = () => {
        throw new Error('condition');
      };
      await expect(clock.advanceUntil(condition)).rejects.toThrow('condition');
    });
  });
});
