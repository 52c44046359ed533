import { describe, expect, it } from '@jest/globals';
import type { Run } from '../apps/placement-settings.js';
import { judge, moves, sharesAt, tenuresOf, type Told, unevenness } from './placement-judge.js';

function run(worker: string, due: number, from = due, to = from + 10): Run {
  return { event: 'run', worker, due, from, to };
}
const term = (event: 'elected' | 'revoked', key: string, at: number) => ({ event, key, at });

const a: Told = {
  replica: 'a',
  terms: [term('elected', 'k1', 0), term('elected', 'k2', 0), term('revoked', 'k2', 100)],
  runs: [],
};
const b: Told = { replica: 'b', terms: [term('elected', 'k2', 110)], runs: [] };

describe('The judge of placement', () => {
  it('knows who led what, when', () => {
    const tenures = tenuresOf([a, b]);
    expect(sharesAt(tenures, 50)).toEqual(new Map([['a', 2]]));
    expect(sharesAt(tenures, 105)).toEqual(new Map([['a', 1]]));
    expect(unevenness(tenures, 50, ['a', 'b'], 2)).toBe(1);
    expect(unevenness(tenures, 120, ['a', 'b'], 2)).toBe(0);
    expect(unevenness(tenures, 120, ['a'], 2)).toBe(1);
  });

  it('counts a move where the leader is another one, and no return to the same', () => {
    const again: Told = { replica: 'a', terms: [...a.terms, term('elected', 'k1', 300)], runs: [] };
    expect(moves(tenuresOf([again, b]))).toMatchObject([{ key: 'k2', replica: 'b' }]);
    expect(moves(tenuresOf([a, b]), 200)).toEqual([]);
  });

  it('lets who is killed lead nothing any more', () => {
    expect(sharesAt(tenuresOf([{ ...a, killedAt: 60 }]), 70)).toEqual(new Map());
  });

  it('finds overlaps over replicas, doubled and lost slots, and late first runs', () => {
    const fleet: readonly Told[] = [
      {
        replica: 'a',
        terms: [],
        runs: [run('slot-0', 1_000), run('slot-0', 2_000), run('every-0', 1_000, 1_000, 1_500)],
      },
      {
        replica: 'b',
        terms: [],
        runs: [run('slot-0', 2_000, 2_005), run('every-0', 2_000, 1_400), run('every-0', 3_000, 2_400)],
      },
    ];
    expect(judge(fleet, 1_000, 4_000)).toEqual({
      overlaps: 2,
      doubled: 1,
      lost: 1,
      runsPerInterval: 1,
      gaps: [-600],
    });
  });

  it('counts runs from one to the next, wherever the window cuts', () => {
    const runs = [100, 1_100, 2_100, 3_100, 4_100].map((at) => run('every-0', at));
    const rate = (from: number, to: number, all = runs) =>
      judge([{ replica: 'a', terms: [], runs: all }], from, to).runsPerInterval;
    expect([rate(0, 3_000), rate(200, 3_200), rate(0, 3_050)]).toEqual([1, 1, 1]);
    expect(rate(0, 3_000, [runs[0]!, runs[2]!, runs[3]!])).toBeCloseTo(2 / 3);
  });
});
