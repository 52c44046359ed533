import { describe, expect, it } from '@jest/globals';
import { Rates, showRate, sparkline } from './rates.js';
import type { View, Worker } from './wire.js';

const at = (seconds: number, iterations: number, period = 1_000) =>
  ({
    asOf: new Date(seconds * 1_000).toISOString(),
    current: true,
    workers: [{ key: 'k', name: 'w', iterations, period }],
  }) as unknown as View;
const worker = { key: 'k', name: 'w' } as Worker;

const watched = (...views: readonly View[]) => {
  const rates = new Rates();
  for (const view of views) rates.observe(view);
  return rates.of(worker);
};

describe('Rates', () => {
  it('counts between the moments at which a leader told of its counts', () => {
    expect(watched(at(0, 100), at(1, 110), at(2, 110), at(11, 130), at(12, 130), at(21, 135))).toEqual([
      2, 0.5,
    ]);
  });

  it('tells nothing of a count whose moment it has not seen, such as the first one', () => {
    // One iteration a second, told every ten seconds; the page was opened nine seconds after the last time.
    expect(watched(at(9, 100), at(10, 110))).toEqual([]);
    expect(watched(at(9, 100), at(10, 110), at(20, 120))).toEqual([1]);
  });

  it.each([1, 2, 5, 10, 15])(
    'is never wrong by more than a quarter in the first minute, counts being told every %d s',
    (told) => {
      for (let opened = 0; opened < told; opened++) {
        const rates = new Rates();
        for (let second = opened; second < opened + 60; second++) {
          rates.observe(at(second, Math.floor(second / told) * told));
          for (const rate of rates.of(worker)) expect(Math.abs(rate - 1)).toBeLessThanOrEqual(0.25);
        }
        expect(rates.of(worker).length).toBeGreaterThanOrEqual(2);
      }
    },
  );

  it('makes no rate of a moment', () => {
    expect(watched(at(0, 0), at(1, 1), at(1.2, 2), at(1.3, 3), at(6, 6))).toEqual([1]);
  });

  it('falls to nothing only when a count has stood still for long', () => {
    const views = [at(0, 0), at(10, 10), at(20, 20), at(49, 20)];
    expect(watched(...views)).toEqual([1]);
    expect(watched(...views, at(51, 20))).toEqual([1, 0]);
  });

  it('sees from the first look on that nothing happens', () => {
    expect(watched(at(0, 7), at(29, 7))).toEqual([]);
    expect(watched(at(0, 7), at(30, 7))).toEqual([0]);
  });

  it('begins anew when a count falls, and shows no rate below zero', () => {
    expect(watched(at(0, 40), at(10, 50), at(20, 60), at(30, 3), at(40, 13))).toEqual([]);
    expect(watched(at(0, 50), at(10, 60), at(20, 3), at(30, 13), at(40, 23))).toEqual([1]);
  });

  it('learns nothing from what is not current', () => {
    const outage = { ...at(15, 0), current: false, workers: [] };
    expect(watched(at(0, 0), at(10, 10), outage, at(20, 20))).toEqual([1]);
  });
});

it.each([
  [0, '0/s'],
  [4, '4.0/s'],
  [0.05, '3.0/min'],
  [1 / 3_600, '1.0/h'],
])('A rate of %d reads %s', (rate, text) => expect(showRate(rate)).toBe(text));

it('A sparkline fills its box', () => {
  expect(sparkline([0, 1, 2], { width: 80, height: 20 })).toBe('0,20 40,10 80,0');
  expect(sparkline([0], { width: 80, height: 20 })).toBe('0,20');
});
