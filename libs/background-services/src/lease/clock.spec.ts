import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { elapsed, instant, systemClock } from './clock.js';

const LONGEST_OF_THE_PLATFORM = 2 ** 31 - 1;

describe('elapsed', () => {
  const since = { monotonic: 1_000, wall: 50_000 };

  it('is the same on both clocks when both just run on', () => {
    expect(elapsed(since, { monotonic: 1_250, wall: 50_250 })).toBe(250);
  });

  it('believes the wall clock when the monotonic one stood still: a suspended machine', () => {
    expect(elapsed(since, { monotonic: 1_001, wall: 50_000 + 3_600_000 })).toBe(3_600_000);
  });

  it('believes the monotonic clock when the wall clock was set back', () => {
    expect(elapsed(since, { monotonic: 1_250, wall: 50_000 - 3_600_000 })).toBe(250);
  });
});

describe('systemClock', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('reads both clocks of the platform', () => {
    jest.setSystemTime(1_700_000_000_000);
    const before = instant(systemClock);
    jest.advanceTimersByTime(250);
    const after = instant(systemClock);
    expect(before.wall).toBe(1_700_000_000_000);
    expect({ monotonic: after.monotonic - before.monotonic, wall: after.wall - before.wall }).toEqual({
      monotonic: 250,
      wall: 250,
    });
  });

  it('goes by the monotonic clock alone when the wall clock is set', () => {
    const before = instant(systemClock);
    jest.setSystemTime(before.wall + 3_600_000);
    expect(instant(systemClock)).toEqual({
      monotonic: before.monotonic,
      wall: before.wall + 3_600_000,
    });
  });

  it('calls back once, when the time is over', () => {
    const callback = jest.fn();
    systemClock.setTimeout(callback, 100);
    jest.advanceTimersByTime(99);
    expect(callback).not.toHaveBeenCalled();
    jest.advanceTimersByTime(1_000);
    expect(callback).toHaveBeenCalledTimes(1);
  });

  it('calls back soon, but not within the call, when the time was over already', () => {
    const callback = jest.fn();
    systemClock.setTimeout(callback, -50);
    expect(callback).not.toHaveBeenCalled();
    jest.advanceTimersByTime(1);
    expect(callback).toHaveBeenCalledTimes(1);
  });

  it('waits longer than a timer of the platform can', () => {
    const callback = jest.fn();
    systemClock.setTimeout(callback, 2 * LONGEST_OF_THE_PLATFORM + 10);
    jest.advanceTimersByTime(2 * LONGEST_OF_THE_PLATFORM + 9);
    expect(callback).not.toHaveBeenCalled();
    jest.advanceTimersByTime(1);
    expect(callback).toHaveBeenCalledTimes(1);
  });

  it('waits for ever on an endless delay, at the cost of one timer', () => {
    const callback = jest.fn();
    const timer = systemClock.setTimeout(callback, Infinity);
    jest.advanceTimersByTime(5 * LONGEST_OF_THE_PLATFORM);
    expect(callback).not.toHaveBeenCalled();
    expect(jest.getTimerCount()).toBe(1);
    timer.cancel();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('cancels a timer in each of its legs, and takes a second cancel', () => {
    const callback = jest.fn();
    const timer = systemClock.setTimeout(callback, 2 * LONGEST_OF_THE_PLATFORM);
    jest.advanceTimersByTime(LONGEST_OF_THE_PLATFORM + 1);
    timer.cancel();
    timer.cancel();
    expect(jest.getTimerCount()).toBe(0);
    jest.advanceTimersByTime(2 * LONGEST_OF_THE_PLATFORM);
    expect(callback).not.toHaveBeenCalled();
  });
});
