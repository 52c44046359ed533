import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { type Candidate, deal, handOvers, quotas, roomOf } from './assign.js';

const candidate = (id: string, held: number, capacity = 1): Candidate => ({ id, held, capacity });
const units = (count: number) => Array.from({ length: count }, (_, i) => `key:${i}`);
const sum = (numbers: Iterable<number>) => [...numbers].reduce((one, other) => one + other, 0);

const fleet = fc
  .uniqueArray(
    fc.record({ id: fc.uuid(), held: fc.nat(60), capacity: fc.constantFrom(0, 0.5, 1, 1, 1, 2, 3) }),
    { selector: ({ id }) => id, minLength: 1, maxLength: 12 },
  )
  .filter((candidates) => candidates.some(({ capacity }) => capacity > 0));

describe('quotas', () => {
  it.each([
    [
      'evenly',
      [candidate('a', 40), candidate('b', 0), candidate('c', 0), candidate('d', 0)],
      40,
      [10, 10, 10, 10],
    ],
    ['the odd ones to those who have more', [candidate('a', 10), candidate('b', 11)], 21, [10, 11]],
    ['by capacity', [candidate('a', 0, 1), candidate('b', 0, 3)], 40, [10, 30]],
    ['nothing to those who take nothing', [candidate('a', 9, 0), candidate('b', 0)], 9, [undefined, 9]],
    ['nothing if nobody takes any', [candidate('a', 9, 0)], 9, [undefined]],
  ])('deals %s', (_, candidates, total, expected) => {
    const quota = quotas(candidates, total);
    expect(candidates.map(({ id }) => quota.get(id))).toEqual(expected);
  });

  it('adds up to the total, each within one of its share', () => {
    fc.assert(
      fc.property(fleet, fc.nat(1_000), (candidates, total) => {
        const quota = quotas(candidates, total);
        expect(sum(quota.values())).toBe(total);
        const capacity = sum(candidates.map((each) => each.capacity));
        for (const { id, capacity: own } of candidates)
          expect(Math.abs((quota.get(id) ?? 0) - (total * own) / capacity)).toBeLessThanOrEqual(1 + 1e-9);
      }),
    );
  });
});

describe('handOvers', () => {
  it('moves nothing where every replica is within one of its share', () => {
    const candidates = [candidate('a', 10), candidate('b', 11), candidate('c', 10), candidate('d', 10)];
    for (const { id } of candidates) expect(handOvers(candidates, id).size).toBe(0);
  });

  it('lets everybody give the one that has joined its part', () => {
    const candidates = [...'abcd'].map((id) => candidate(id, 10)).concat(candidate('e', 0));
    for (const id of 'abcd') expect([...handOvers(candidates, id)]).toEqual([['e', 2]]);
    expect(handOvers(candidates, 'e').size).toBe(0);
  });

  it('balances the fleet in one go, with as few moves as there can be, and then rests', () => {
    fc.assert(
      fc.property(fleet, (candidates) => {
        const total = sum(candidates.map(({ held }) => held));
        const after = new Map(candidates.map(({ id, held }) => [id, held]));
        let moved = 0;
        for (const { id } of candidates)
          for (const [taker, count] of handOvers(candidates, id)) {
            expect(count).toBeGreaterThan(0);
            after.set(id, after.get(id)! - count);
            after.set(taker, after.get(taker)! + count);
            moved += count;
          }
        const quota = quotas(candidates, total);
        for (const [id, held] of after) expect(held).toBe(quota.get(id) ?? 0);
        const beyond = candidates.map(({ id, held }) => Math.max(0, held - (quota.get(id) ?? 0)));
        expect(moved).toBe(sum(beyond));
        const balanced = candidates.map((each) => ({ ...each, held: after.get(each.id)! }));
        for (const { id } of balanced) expect(handOvers(balanced, id).size).toBe(0);
      }),
    );
  });
});

describe('deal', () => {
  const room = new Map([
    ['a', 10],
    ['b', 10],
    ['c', 20],
  ]);

  it('keeps the bounds, and deals out all that there is room for', () => {
    const dealt = deal(units(60), room);
    const counts = new Map<string, number>();
    for (const id of dealt.values()) counts.set(id, (counts.get(id) ?? 0) + 1);
    expect(counts).toEqual(room);
  });

  it('says the same whatever the order of the units and replicas', () => {
    const one = deal(units(30), room);
    const other = deal(units(30).reverse(), new Map([...room].reverse()));
    expect(new Map([...one].sort())).toEqual(new Map([...other].sort()));
  });

  it('changes little if one unit more is in the list', () => {
    const roomy = new Map([...room].map(([id, free]) => [id, 2 * free]));
    const one = deal(units(40), roomy);
    const other = deal(units(41), roomy);
    const changed = [...one].filter(([unit, id]) => other.get(unit) !== id);
    expect(changed.length).toBeLessThanOrEqual(2);
  });

  it('deals out no more than it is asked for', () => {
    expect(deal(units(30), room, 5).size).toBe(5);
  });

  it('leaves units where nobody can take them, and deals the others out', () => {
    const dealt = deal(units(6), room, Infinity, (unit, id) => unit !== 'key:3' && id !== 'c');
    expect(dealt.has('key:3')).toBe(false);
    expect(dealt.size).toBe(5);
    expect([...dealt.values()]).not.toContain('c');
  });

  it('spreads evenly without bounds', () => {
    const free = new Map([...'abcdefghij'].map((id) => [`replica-${id}`, Infinity]));
    const counts = new Map<string, number>();
    for (const id of deal(units(10_000), free).values()) counts.set(id, (counts.get(id) ?? 0) + 1);
    for (const count of counts.values()) expect(Math.abs(count - 1_000)).toBeLessThan(150);
  });
});

describe('roomOf', () => {
  it('is what is missing up to the quota', () => {
    const candidates = [candidate('a', 3), candidate('b', 12)];
    expect(
      roomOf(
        candidates,
        new Map([
          ['a', 8],
          ['b', 7],
        ]),
      ),
    ).toEqual(
      new Map([
        ['a', 5],
        ['b', 0],
      ]),
    );
  });
});
