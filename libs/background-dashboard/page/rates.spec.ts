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

describe('Rates', () => {
  it('counts between the moments at which a leader told of its counts', () => {
    const rates = new Rates();
    for (const view of [at(0, 100), at(1, 100), at(10, 120), at(11, 120), at(20, 125)]) rates.observe(view);
    expect(rates.of(worker)).toEqual([2, 0.5]);
  });

  it('falls to nothing only when a count has stood still for long', () => {
    const rates = new Rates();
    for (const view of [at(0, 0), at(10, 10), at(39, 10)]) rates.observe(view);
    expect(rates.of(worker)).toEqual([1]);
    rates.observe(at(41, 10));
    expect(rates.of(worker)).toEqual([1, 0]);
  });

  it('begins anew when a count falls, and shows no rate below zero', () => {
    const rates = new Rates();
    for (const view of [at(0, 50), at(10, 60), at(20, 3), at(30, 13)]) rates.observe(view);
    expect(rates.of(worker)).toEqual([1]);
  });

  it('learns nothing from what is not current', () => {
    const rates = new Rates();
    rates.observe(at(0, 0));
    rates.observe({ ...at(10, 0), current: false, workers: [] });
    rates.observe(at(20, 20));
    expect(rates.of(worker)).toEqual([1]);
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
