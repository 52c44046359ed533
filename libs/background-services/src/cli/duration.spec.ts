import { describe, expect, it } from '@jest/globals';
import { parseDuration, showDuration } from './duration.js';

describe('parseDuration', () => {
  it.each([
    ['90s', 90_000],
    ['10m', 600_000],
    ['1h', 3_600_000],
    ['2d', 172_800_000],
    ['1.5h', 5_400_000],
    ['250', 250],
    ['250ms', 250],
    [' 5s ', 5_000],
  ])('reads %j as %d ms', (text, duration) => {
    expect(parseDuration(text)).toBe(duration);
  });

  it.each(['', 's', '-1s', '1 h', '1w', '1h30m', '0', '0s', '0.1', 'Infinity', '1e3', '9'.repeat(30)])(
    'takes %j for none',
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );
});

describe('showDuration', () => {
  it.each([
    [-5, '0ms'],
    [0.4, '0ms'],
    [999, '999ms'],
    [1_000, '1s'],
    [9_990, '9.9s'],
    [59_999, '59s'],
    [60_000, '1m'],
    [95_000, '1m35s'],
    [3_600_000, '1h'],
    [5_400_000, '1h30m'],
    [90_000_000, '1d1h'],
  ])('shows %d ms as %s', (duration, text) => {
    expect(showDuration(duration)).toBe(text);
  });
});
