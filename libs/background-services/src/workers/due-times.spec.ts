import { beforeEach, describe, expect, it } from '@jest/globals';
import { CountingClock } from '../../../../test/support/counting-clock.js';
import { TestClock } from '../testing/index.js';
import { DueEntry, DueTimes, dueTimesOf } from './due-times.js';

class Entry extends DueEntry {
  constructor(private readonly onFire: (entry: Entry) => void) {
    super();
  }

  fire(): void {
    this.onFire(this);
  }
}

describe('DueTimes', () => {
  let clock: TestClock;
  let dueTimes: DueTimes;
  let fired: string[];
  const entry = (name: string) => new Entry(() => fired.push(`${name}@${clock.monotonic()}`));

  beforeEach(() => {
    clock = new TestClock();
    dueTimes = new DueTimes(clock);
    fired = [];
  });

  it('fires each entry when it is due, in the order of their times, and those of one time as they were set', async () => {
    dueTimes.set(entry('b'), 20);
    dueTimes.set(entry('d'), 30);
    dueTimes.set(entry('a'), 10);
    dueTimes.set(entry('c'), 20);
    await clock.advance(100);
    expect(fired).toEqual(['a@10', 'b@20', 'c@20', 'd@30']);
  });

  it('moves an entry that is set again, and forgets one that is cancelled', async () => {
    const [moved, cancelled] = [entry('moved'), entry('cancelled')];
    dueTimes.set(moved, 10);
    dueTimes.set(cancelled, 5);
    dueTimes.set(moved, 40);
    dueTimes.cancel(cancelled);
    dueTimes.cancel(cancelled);
    await clock.advance(39);
    expect(fired).toEqual([]);
    await clock.advance(1);
    expect(fired).toEqual(['moved@40']);
  });

  it('fires an entry that sets itself again, for as long as it does', async () => {
    const again = new Entry((self) => {
      fired.push(String(clock.monotonic()));
      if (fired.length < 3) dueTimes.setAt(self, self.dueAt + 10);
    });
    dueTimes.set(again, 10);
    await clock.advance(100);
    expect(fired).toEqual(['10', '20', '30']);
  });

  it('goes on with the others when one throws', async () => {
    const broken = new Entry(() => {
      throw new Error('broken');
    });
    dueTimes.set(broken, 10);
    dueTimes.set(entry('next'), 10);
    await expect(clock.advance(10)).rejects.toThrow('broken');
    await clock.advance(0);
    expect(fired).toEqual(['next@10']);
  });

  it('has one timer for any number of entries, and none when nothing is set', async () => {
    const counting = new CountingClock();
    const all = new DueTimes(counting);
    const entries = Array.from({ length: 1_000 }, () => new Entry(() => undefined));
    for (const [i, each] of entries.entries()) all.set(each, 2_000 - i);
    expect(counting.pending).toBe(1);
    for (const each of entries.slice(1)) all.cancel(each);
    expect(counting.pending).toBe(1);
    all.cancel(entries[0]!);
    expect(counting.pending).toBe(0);
    all.set(entries[0]!, 10);
    await counting.advance(10);
    expect(counting.pending).toBe(0);
  });

  it('fires what its timer was set for, even if the platform is a little early', () => {
    let now = 0;
    let wake = () => {};
    const early = new DueTimes({
      monotonic: () => now,
      wall: () => now,
      setTimeout: (callback) => {
        wake = callback;
        return { cancel: () => undefined };
      },
    });
    let count = 0;
    early.set(new Entry(() => count++), 10);
    now = 9.4;
    wake();
    expect(count).toBe(1);
  });

  it('fires many that are due at once in slices: the loop has other turns in between', async () => {
    let count = 0;
    for (let i = 0; i < 10_000; i++) dueTimes.set(new Entry(() => count++), 10);
    const seen: number[] = [];
    const look = () => {
      seen.push(count);
      if (count < 10_000) clock.setTimeout(look, 0);
    };
    clock.setTimeout(look, 10);
    await clock.advance(10);
    expect(count).toBe(10_000);
    const most = Math.max(...seen.map((total, i) => total - (seen[i - 1] ?? 0)));
    expect(most).toBeLessThanOrEqual(500);
  });

  it('ends a slice when work takes long', async () => {
    let count = 0;
    const slow = () => {
      count++;
      clock.stall(1);
    };
    for (let i = 0; i < 100; i++) dueTimes.set(new Entry(slow), 10);
    let inFirst = 0;
    clock.setTimeout(() => (inFirst = count), 11);
    await clock.advance(10);
    await clock.advance(1);
    expect(inFirst).toBeLessThan(40);
    await clock.advance(200);
    expect(count).toBe(100);
  });

  it('keeps the order of any mix of changes', async () => {
    let seed = 7;
    const random = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
    const expected = new Map<Entry, number>();
    const order: number[] = [];
    const entries = Array.from({ length: 300 }, () => new Entry((self) => order.push(expected.get(self)!)));
    for (let i = 0; i < 3_000; i++) {
      const each = entries[Math.floor(random() * entries.length)]!;
      if (random() < 0.3) {
        dueTimes.cancel(each);
        expected.delete(each);
      } else {
        const dueAt = Math.floor(random() * 50);
        dueTimes.setAt(each, dueAt);
        expected.set(each, dueAt);
      }
    }
    const all = [...expected.values()].sort((a, b) => a - b);
    await clock.advance(60);
    expect(order).toEqual(all);
  });

  it('is one for all workers of a replica', () => {
    const [one, other] = [{ clock }, { clock }];
    expect(dueTimesOf(one)).toBe(dueTimesOf(one));
    expect(dueTimesOf(one)).not.toBe(dueTimesOf(other));
  });
});
