import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Cron, Interval } from '@nestjs/schedule';
import { LeaderElected } from '../decorators/index.js';
import { FleetStatus } from '../fleet/index.js';
import { MemoryLeaseStore, parseShardKey, shardOf } from '../lease/index.js';
import { background, boot, closeApps, managerOf } from '../spec-support/boot.js';
import { BackgroundTestingKit } from '../testing/index.js';
import type { BackgroundServicesOptions } from '../options/options.js';
import type { Iteration } from '../workers/index.js';

const SHARDS = 8;
const EVERY = 8_000;

describe('A worker with shards', () => {
  let kit: BackgroundTestingKit;
  let runs: {
    readonly replica: string;
    readonly shard: number;
    readonly at: number;
    readonly token: number;
  }[];

  beforeEach(() => {
    kit = new BackgroundTestingKit();
    runs = [];
  });
  afterEach(closeApps);

  function replica(
    name: string,
    run: (iteration: Iteration) => unknown = () => undefined,
    options?: BackgroundServicesOptions,
  ) {
    @LeaderElected('accounts', { shards: SHARDS })
    @Injectable()
    class Accounts {
      @Interval('update', EVERY) update(iteration: Iteration) {
        const { index } = iteration.shard!;
        runs.push({ replica: name, shard: index, at: kit.clock.monotonic(), token: iteration.fencingToken });
        return run(iteration);
      }
    }
    return boot({ imports: [background(kit, options)], providers: [Accounts] });
  }

  const shardsRun = () => runs.map(({ shard }) => shard).sort();

  it('runs each shard once per due time, a little after the one before', async () => {
    await replica('a');
    await kit.clock.advance(2 * EVERY);
    expect(shardsRun()).toEqual([0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7]);
    const gaps = runs.slice(1).map(({ at }, i) => at - runs[i]!.at);
    for (const gap of gaps) expect(Math.abs(gap - EVERY / SHARDS)).toBeLessThan(10);
  });

  it('goes on in its grid on another replica, and makes up for one tick at most', async () => {
    const first = await replica('a');
    await kit.clock.advance(2 * EVERY);
    await first.close();
    await kit.clock.advance(EVERY / 2);
    runs = [];
    await replica('b');
    await kit.clock.advance(3 * EVERY);
    for (let shard = 0; shard < SHARDS; shard++) {
      const times = runs.filter((run) => run.shard === shard).map(({ at }) => at);
      expect([3, 4]).toContain(times.length);
      expect(times.at(-1)! - times.at(-2)!).toBe(EVERY);
    }
  });

  it('tells each iteration its shard, and what belongs to it', async () => {
    const owners = new Map<string, number[]>();
    await replica('a', ({ shard, owns, key, worker }) => {
      expect([key, worker]).toEqual([`accounts#${shard!.index}/${SHARDS}`, `update#${shard!.index}`]);
      for (const id of ['x', 'y', 'z'])
        if (owns(id)) owners.set(id, [...(owners.get(id) ?? []), shard!.index]);
    });
    await kit.clock.advance(EVERY);
    expect(owners).toEqual(new Map(['x', 'y', 'z'].map((id) => [id, [shardOf(id, SHARDS)]])));
  });

  it('runs every cron slot once for each shard', async () => {
    @LeaderElected('slots', { shards: 3 })
    @Injectable()
    class Slots {
      @Cron('*/10 * * * * *', { name: 'slot' }) run({ shard, scheduledAt }: Iteration) {
        runs.push({ replica: 'a', shard: shard!.index, at: scheduledAt.getTime(), token: 0 });
      }
    }
    await boot({ imports: [background(kit)], providers: [Slots] });
    await kit.clock.advance(25_000);
    expect(shardsRun()).toEqual([0, 0, 1, 1, 2, 2]);
    expect(new Set(runs.map(({ at }) => at)).size).toBe(2);
  });

  it('is one row, with its shards counted inside, and each shard is there under its own name', async () => {
    const manager = managerOf(
      await replica('a', ({ shard }) => {
        if (shard?.index === 5) throw new Error('no');
      }),
    );
    await kit.clock.advance(2 * EVERY);
    expect(manager.list()).toMatchObject([
      {
        ...{ name: 'update', key: 'accounts', role: 'leader', mode: 'started', period: EVERY },
        shards: { count: SHARDS, led: SHARDS, running: 0, failing: 1 },
        metrics: { iterations: 2 * SHARDS, errors: 2, recentErrors: [{ message: 'no' }, { message: 'no' }] },
      },
    ]);
    expect(manager.get('update#5')).toMatchObject({ key: 'accounts#5/8', metrics: { errors: 2 } });
    expect(manager.getMetrics('update')).toMatchObject({ name: 'update', running: true, iterations: 16 });
    expect(() => manager.get('update#8')).toThrow(/update/);
  });

  it('is paused, resumed, stopped and started by its name, or one shard by its own', async () => {
    const manager = managerOf(await replica('a'));
    await kit.clock.advance(EVERY);
    runs = [];
    manager.pause('update');
    expect(manager.get('update').mode).toBe('paused');
    await kit.clock.advance(EVERY);
    expect(runs).toEqual([]);
    manager.resume('update#3');
    await kit.clock.advance(EVERY);
    expect(shardsRun()).toEqual([3]);
    manager.resume('update');
    expect(await manager.stop('update')).toBe(true);
    expect(manager.get('update')).toMatchObject({ mode: 'stopped', role: 'idle' });
    manager.start('update');
    await kit.clock.advance(EVERY + 1_000);
    expect(manager.get('update').shards?.led).toBe(SHARDS);
  });

  it('runs all shards that are led here when it is triggered, and tells the worst outcome', async () => {
    const manager = managerOf(
      await replica('a', ({ shard }) => {
        if (shard?.index === 2) throw new Error('no');
      }),
    );
    await kit.clock.advance(100);
    runs = [];
    expect(await manager.trigger('update')).toMatchObject({ outcome: 'failed' });
    expect(shardsRun()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(await manager.trigger('update#1')).toMatchObject({ outcome: 'succeeded' });
  });

  it('steps down from all shards by the key, and another replica takes them', async () => {
    const manager = managerOf(await replica('a'));
    const other = managerOf(await replica('b'));
    await kit.clock.advance(1_000);
    expect([manager.isLeader('accounts'), other.isLeader('accounts')]).toEqual([true, false]);
    await expect(other.stepDown('accounts')).rejects.toThrow(/accounts/);
    await expect(other.trigger('update')).rejects.toThrow(/accounts/);
    expect(await manager.stepDown('accounts')).toBe(true);
    await kit.clock.advance(2_000);
    expect([manager.get('update').shards?.led, other.get('update').shards?.led]).toEqual([0, SHARDS]);
    expect(await manager.stepDown('accounts').catch(() => 'not leading')).toBe('not leading');
  });

  it('tells from any replica who leads the shard of an id', async () => {
    const store = new MemoryLeaseStore(kit.clock);
    const app = await replica('a', undefined, { store });
    const other = await replica('b', undefined, { store });
    await kit.clock.advance(1_000);
    const { instanceId } = managerOf(app);
    for (const asked of [app, other])
      expect(await asked.get(FleetStatus).ownerOf('accounts', 'x')).toBe(instanceId);
    store.set('accounts', 'DISABLED', 60_000);
    expect(await other.get(FleetStatus).ownerOf('accounts', 'x')).toBeUndefined();
  });

  it('asks the store for the entries of its own alone', async () => {
    const acquire = jest.spyOn(kit.store, 'acquire');
    await replica('a');
    await kit.clock.advance(1_000);
    const asked = acquire.mock.calls.flatMap(([requests]) => requests);
    expect(new Set(asked.map(({ key }) => key)).size).toBe(SHARDS);
    for (const { key, fields = [] } of asked) {
      const { index } = parseShardKey(key)!;
      expect(fields).toEqual(expect.arrayContaining([`start:update#${index}`, `slot:update#${index}`]));
      expect(fields.length).toBeLessThan(10);
    }
  });

  it('is registered without decorators, too', async () => {
    const manager = managerOf(await replica('a'));
    manager.register({
      name: 'more',
      key: 'more',
      shards: 2,
      schedule: { every: 1_000 },
      run: () => undefined,
    });
    await kit.clock.advance(3_000);
    expect(manager.get('more')).toMatchObject({ shards: { count: 2, led: 2 }, role: 'leader' });
  });

  it.each([0, 1.5, 10_001, '4'])('refuses %p shards at boot', async (shards) => {
    @LeaderElected('accounts', { shards: shards as number })
    @Injectable()
    class Wrong {
      @Interval(1_000) update() {}
    }
    await expect(boot({ imports: [background(kit)], providers: [Wrong] })).rejects.toThrow(
      /Wrong\.update: .*shards.*a whole number from 1 to 10,000/,
    );
  });

  it('refuses a store that keeps no shards, and a name that is taken', async () => {
    const manager = managerOf(await replica('a'));
    const more = { key: 'more', shards: 2, run: () => undefined };
    expect(() => manager.register({ ...more, name: 'update' })).toThrow(/update/);
    manager.register({ key: 'x', name: 'one#1', run: () => undefined });
    expect(() => manager.register({ ...more, name: 'one' })).toThrow(/one#1/);
    Object.assign(kit.store, { shards: undefined });
    expect(() => manager.register({ ...more, name: 'more' })).toThrow(
      /which the lease store "test" does not keep/,
    );
  });
});
