import { beforeEach, describe, expect, it } from '@jest/globals';
import { TestClock } from '../testing/index.js';
import { slices, Turns } from './turns.js';

describe('Turns', () => {
  let clock: TestClock;
  let turns: Turns;
  let ran: string[];
  const tasks = (...names: string[]) => names.map((name) => () => void ran.push(name));

  beforeEach(() => {
    clock = new TestClock();
    turns = new Turns(clock);
    ran = [];
  });

  it('runs the first task in the same tick and the others later, in order', async () => {
    turns.add(tasks('a', 'b', 'c'));
    expect(ran).toEqual(['a']);
    await clock.advance(0);
    expect(ran).toEqual(['a', 'b', 'c']);
  });

  it('lets what is added meanwhile wait for its turn', async () => {
    turns.add(tasks('a', 'b'));
    turns.add(tasks('c'));
    expect(ran).toEqual(['a']);
    await clock.advance(0);
    expect(ran).toEqual(['a', 'b', 'c']);
    turns.add(tasks('d'));
    expect(ran).toEqual(['a', 'b', 'c', 'd']);
  });

  it('drops what waits when it is closed', async () => {
    turns.add(tasks('a', 'b'));
    turns.close();
    await clock.advance(0);
    expect(ran).toEqual(['a']);
  });

  it('cuts a list into slices', () => {
    expect(slices([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
    expect(slices([], 2)).toEqual([]);
  });
});
