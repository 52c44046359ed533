import { describe, expect, it } from '@jest/globals';
import { type Entry, merge } from './record.js';

const machine = { processor: 'p', cores: 2, node: 'v20', redis: '7', load: 0 };
const entry = (name: string, title: string): Entry => ({
  ...{ name, title, machine, measuredOn: '2026-01-01' },
  ...{ tables: [], goals: [] },
});

describe('merge', () => {
  it('replaces what was measured again, keeps the rest, and forgets benchmarks that are no more', () => {
    const old = { benchmarks: [entry('a', 'old'), entry('gone', 'old'), entry('c', 'old')] };
    const merged = merge(old, [entry('c', 'new'), entry('b', 'new')], ['a', 'b', 'c', 'd']);
    expect(merged.benchmarks.map(({ name, title }) => `${name} ${title}`)).toEqual([
      'a old',
      'b new',
      'c new',
    ]);
  });
});
