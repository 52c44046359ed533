import { describe, expect, it } from '@jest/globals';
import { describeGoal, judge } from './goal.js';

describe('A goal', () => {
  it('is one line: name, figure, bound and verdict', () => {
    expect(describeGoal({ name: 'overhead', figure: 2.614, unit: 'µs', atMost: 5 })).toBe(
      'goal overhead: 2.61 µs (≤ 5 µs) met',
    );
    expect(describeGoal({ name: 'fenced writes lost', figure: 1, atMost: 0 })).toBe(
      'goal fenced writes lost: 1 (≤ 0) missed',
    );
    expect(describeGoal({ name: 'histories', figure: 99, atLeast: 100 })).toBe(
      'goal histories: 99 (≥ 100) missed',
    );
  });

  it('shows small figures with as many places as they need', () => {
    expect(describeGoal({ name: 'ratio', figure: 0.0049, atMost: 0.005 })).toBe(
      'goal ratio: 0.0049 (≤ 0.005) met',
    );
  });

  it('is missed by a figure that is no number', () => {
    expect(judge({ name: 'x', figure: NaN, atMost: 5 })).toBe('missed');
  });
});
