import { beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryLeaseStore } from '../lease/index.js';
import { PlacedMachine, type PlacedMachineOptions } from '../spec-support/placed-machine.js';
import { TEST_TIMING } from '../spec-support/replica.js';
import { TestClock } from '../testing/index.js';

const keysOf = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`key:${i}`, undefined]));
const KEYS = keysOf(40);

describe('Placement', () => {
  let clock: TestClock;
  let store: MemoryLeaseStore;
  let machines: PlacedMachine[];

  beforeEach(() => {
    clock = new TestClock();
    store = new MemoryLeaseStore(clock);
    machines = [];
  });

  function join(id: string, options: Partial<PlacedMachineOptions> = {}): PlacedMachine {
    const machine = new PlacedMachine(id, { clock, store, keys: KEYS, ...options }).start();
    machines.push(machine);
    return machine;
  }

  const counts = () => machines.map(({ leads }) => leads.length);
  const moves = () => machines.reduce((sum, { began }) => sum + began.length, 0);

  async function fleetOf(...ids: readonly string[]): Promise<readonly PlacedMachine[]> {
    const all = ids.map((id) => join(id));
    await clock.advance(15_000);
    return all;
  }

  it('spreads the keys over replicas that boot together', async () => {
    await fleetOf('a', 'b', 'c', 'd');
    expect(counts()).toEqual([10, 10, 10, 10]);
  });

  it('gives a replica that joins its share, with as few moves as there can be, and rests', async () => {
    await fleetOf('a', 'b', 'c', 'd');
    const before = moves();
    join('e');
    await clock.advance(10_000);
    expect(counts()).toEqual([8, 8, 8, 8, 8]);
    expect(moves() - before).toBe(8);
    await clock.advance(120_000);
    expect(moves() - before).toBe(8);
  });

  it('moves nothing before the fleet has settled', async () => {
    await fleetOf('a', 'b');
    const before = moves();
    for (const id of ['c', 'd', 'e']) {
      join(id);
      await clock.advance(2_500);
    }
    expect(moves() - before).toBe(0);
    await clock.advance(7_500);
    expect(counts()).toEqual([8, 8, 8, 8, 8]);
  });

  it('leaves the keys of a replica that leaves to the others, evenly, each within milliseconds', async () => {
    const [first] = await fleetOf('a', 'b', 'c', 'd');
    const before = moves();
    await first?.stop();
    await clock.advance(20);
    expect(counts().slice(1).sort()).toEqual([13, 13, 14]);
    expect(moves() - before).toBe(10);
    await clock.advance(60_000);
    expect(moves() - before).toBe(10);
  });

  it('deals the keys of a killed replica out to the others once its leases have expired', async () => {
    const [first] = await fleetOf('a', 'b', 'c', 'd');
    const before = moves();
    first?.kill();
    await clock.advance(TEST_TIMING.ttl + 3_000);
    expect(counts().slice(1).sort()).toEqual([13, 13, 14]);
    expect(moves() - before).toBe(10);
  });

  it('lets a cordoned replica hand over what it has, and take nothing', async () => {
    const [first] = await fleetOf('a', 'b', 'c', 'd');
    const before = moves();
    first?.placement.cordon();
    expect(first?.placement.status).toMatchObject({ cordoned: true });
    await clock.advance(5_000);
    expect(counts()[0]).toBe(0);
    expect(counts().slice(1).sort()).toEqual([13, 13, 14]);
    expect(moves() - before).toBe(10);
    machines[1]?.kill();
    await clock.advance(TEST_TIMING.ttl + 3_000);
    expect(first?.leads).toEqual([]);
    first?.placement.uncordon();
    await clock.advance(10_000);
    expect(counts()[0]).toBe(13);
  });

  it('keeps what it has on a cordoned replica if nobody else takes it', async () => {
    const [only] = await fleetOf('a');
    only?.placement.cordon();
    await clock.advance(60_000);
    expect(counts()).toEqual([40]);
    join('b');
    await clock.advance(10_000);
    expect(counts()).toEqual([0, 40]);
  });

  it('moves each key twice at most in a rolling deployment, once if it can', async () => {
    const movesOf = (key: string) => machines.flatMap(({ began }) => began).filter((each) => each === key);
    const ids = ['a', 'b', 'c', 'd'];
    for (const id of ids) join(id, { version: '1' });
    await clock.advance(15_000);
    const before = new Map(Object.keys(KEYS).map((key) => [key, movesOf(key).length]));
    const since = (key: string) => movesOf(key).length - (before.get(key) ?? 0);
    for (const id of ids) {
      await machines.find((machine) => machine.id === id)?.stop();
      await clock.advance(500);
      join(`${id}2`, { version: '2', recentTerms: since });
      await clock.advance(500);
    }
    await clock.advance(10_000);
    expect(counts()).toEqual([0, 0, 0, 0, 10, 10, 10, 10]);
    const moved = Object.keys(KEYS).map(since);
    expect(Math.max(...moved)).toBe(2);
    // All of the first one that stopped, for whom there was no new one yet, and what the last one gets.
    expect(moved.filter((times) => times === 2)).toHaveLength(20);
  });

  it('weighs replicas by their capacity', async () => {
    join('a', { capacity: 3 });
    join('b');
    await clock.advance(15_000);
    expect(counts()).toEqual([30, 10]);
  });

  it('leaves sticky keys where they are', async () => {
    const keys = Object.fromEntries(Object.keys(KEYS).map((key) => [key, 'sticky' as const]));
    join('a', { keys });
    await clock.advance(100);
    join('b', { keys });
    await clock.advance(60_000);
    expect(counts()).toEqual([40, 0]);
    machines[0]?.placement.cordon();
    await clock.advance(10_000);
    expect(counts()).toEqual([0, 40]);
  });

  it('leads keys together that are to be led together', async () => {
    const keys = { ...keysOf(8), 'with:0': { with: 'key:0' }, 'with:1': { with: 'with:0' } };
    join('a', { keys });
    await clock.advance(100);
    join('b', { keys });
    await clock.advance(15_000);
    expect(machines.map(({ leads }) => leads.filter((key) => key.startsWith('key')).length)).toEqual([4, 4]);
    const owner = machines.find(({ leads }) => leads.includes('key:0'));
    expect(owner?.leads).toEqual(expect.arrayContaining(['with:0', 'with:1']));
    owner?.placement.cordon();
    await clock.advance(5_000);
    const other = machines.find((each) => each !== owner);
    expect(other?.leads).toHaveLength(10);
  });

  it('does not interrupt work that is running, and moves other keys instead', async () => {
    const keys = keysOf(4);
    const first = join('a', { keys });
    await clock.advance(100);
    for (const key of ['key:0', 'key:1']) first.busy.add(key);
    join('b', { keys });
    await clock.advance(10_000);
    expect(first.leads).toEqual(['key:0', 'key:1']);
  });

  it('waits while a deployment goes on, and evens out after it', async () => {
    const old = join('a', { version: '1' });
    await clock.advance(100);
    join('b', { version: '2' });
    await clock.advance(60_000);
    expect(counts()).toEqual([40, 0]);
    await old.stop();
    join('c', { version: '2' });
    await clock.advance(10_000);
    expect(counts()).toEqual([0, 20, 20]);
  });

  it('does not count replicas of another app', async () => {
    join('a');
    join('b', { keys: { 'other:app': undefined } });
    await clock.advance(60_000);
    expect(counts()).toEqual([40, 1]);
  });

  it('takes keys back that a replica does not come for, and soon hands it no more', async () => {
    const keys = keysOf(20);
    const first = join('a', { keys });
    await clock.advance(100);
    const deaf = join('b', { keys });
    await clock.advance(2_900);
    for (const key of Object.keys(keys)) deaf.elector(key).onReleased = () => undefined;
    await clock.advance(60_000);
    expect(first.leads.length + deaf.leads.length).toBe(20);
    // Some are handed over before the first one is taken back.
    expect(first.began.length).toBeLessThanOrEqual(20 + 10);
    const before = first.began.length;
    await clock.advance(300_000);
    expect(first.began.length).toBe(before);
  });

  it('leads as without placement where the store cannot tell who is there', async () => {
    join('a');
    await clock.advance(1_000);
    Object.assign(store.board.members ?? {}, { put: () => Promise.reject(new Error('down')) });
    join('b');
    await clock.advance(60_000);
    expect(counts()).toEqual([40, 0]);
    await machines[0]?.stop();
    await clock.advance(200);
    expect(counts()).toEqual([0, 40]);
  });
});
