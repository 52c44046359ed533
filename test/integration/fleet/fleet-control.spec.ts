import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { WorkerNotFoundError } from 'nestjs-background-services';
import { type ControlRecord, InvalidCommandError } from 'nestjs-background-services/fleet';
import { cleanUpAll, onCleanUp } from '../../support/deferred-cleanup.js';
import { RedisServer } from '../../support/redis-server.js';
import { stopwatch } from '../../support/stopwatch.js';
import { until } from '../../support/until.js';
import { deaf, FleetApp, KEY, REASON, startApps, WORKER } from './fleet-app.js';

/** How often a leader renews at the default TTL, ms: what reaches it sooner came by a message. */
const RENEWAL = 10_000;
const EVERY = 100;

describe('FleetControl on Redis', () => {
  let server: RedisServer;

  beforeEach(async () => {
    server = await RedisServer.start();
  });
  afterEach(cleanUpAll);

  /** How long after `act` was called the condition held, and what was answered. */
  async function timed(
    act: () => Promise<ControlRecord>,
    holds: () => boolean | Promise<boolean>,
  ): Promise<{ readonly took: number; readonly record: ControlRecord }> {
    const given = stopwatch();
    const acting = act();
    await until(holds, { what: 'the order to take effect', every: 5 });
    return { took: given(), record: await acting };
  }

  /** Quiet for as long as some ticks take, the running one aside. */
  const quiet = (apps: readonly FleetApp[]) => () =>
    apps.every(({ starts }) => performance.now() - (starts.at(-1)?.at ?? 0) > 3 * EVERY);

  /** All that can be ordered, given to a follower; returns how long each took to take effect on the leader, ms. */
  async function everyOrder(apps: readonly [FleetApp, ...FleetApp[]]): Promise<Record<string, number>> {
    const took: Record<string, number> = {};
    const [leader, follower] = apps as readonly [FleetApp, FleetApp];
    const { control } = follower;
    const circuit = () => leader.manager.get(WORKER).circuitBreaker.state;
    async function order(
      name: string,
      act: () => Promise<ControlRecord>,
      holds: () => boolean | Promise<boolean>,
    ) {
      const done = await timed(act, holds);
      took[name] = Math.round(done.took);
    }

    await order('pause', () => control.pause(WORKER, REASON), quiet(apps));
    // What was waited for is the quiet; the pause came before it.
    took.pause = Math.max(0, took.pause! - 3 * EVERY);
    const resumedAt = performance.now();
    await order(
      'resume',
      () => control.resume(WORKER, REASON),
      () => leader.startsSince(resumedAt) > 0,
    );
    await order(
      'force-open-breaker',
      () => control.forceOpenCircuitBreaker(WORKER, REASON),
      () => circuit() === 'forced-open',
    );
    await order(
      'reset-breaker',
      () => control.resetCircuitBreaker(WORKER, REASON),
      () => circuit() === 'closed',
    );
    const triggers = () => leader.starts.filter(({ worker }) => worker === 'by-hand').length;
    await order(
      'trigger',
      () => control.trigger('by-hand', REASON),
      () => triggers() === 1,
    );
    await order(
      'disable',
      () => control.disable(KEY, { ...REASON, duration: 60_000 }),
      () => !leader.leads,
    );
    await order(
      'enable',
      () => control.enable(KEY, REASON),
      () => apps.some(({ leads }) => leads),
    );
    const was = apps.find(({ leads }) => leads)!;
    const other = apps.find(({ leads }) => !leads)!;
    await until(() => other.status.view(), {
      what: 'the new leader to be known',
      satisfies: ({ keys }) => keys[0]?.leader === was.id,
    });
    await order(
      'step-down',
      () => other.control.stepDown(KEY, REASON),
      () => !was.leads,
    );
    return took;
  }

  const workers = [{}, { name: 'by-hand', schedule: { every: 3_600_000 } }] as const;

  it('works for a user of Redis that may not publish', async () => {
    const admin = new Redis(server.url);
    onCleanUp(() => admin.disconnect());
    await admin.acl('SETUSER', 'mute', 'on', '>secret', '~*', '&*', '+@all', '-publish');
    const redis = server.url.replace('redis://', 'redis://mute:secret@');
    const apps = await startApps(2, { redis, workers, ttl: 3_000 });
    const follower = apps.find(({ leads }) => !leads)!;
    expect(await follower.control.trigger('by-hand', REASON)).toMatchObject({ outcome: 'done' });
    expect(await follower.control.pause(WORKER, REASON)).toMatchObject({ outcome: 'done' });
  });

  it('reaches the leader without waiting for its next renewal, from whichever replica it is asked for', async () => {
    const apps = await startApps(3, { redis: server.url, workers });
    const took = await everyOrder(apps);
    console.log('order → effect, ms:', took);
    for (const time of Object.values(took)) expect(time).toBeLessThan(RENEWAL);
  });

  it('reaches it with the next renewal where no message arrives', async () => {
    const ttl = 4_500;
    const apps = await startApps(2, { redis: server.url, workers, ttl, through: deaf });
    const took = await everyOrder(apps);
    console.log('order → effect without pub/sub, renewing each 1500 ms, ms:', took);
    for (const time of Object.values(took)) expect(time).toBeLessThan(ttl);
  });

  it('says what it knows of an act that nobody answers in time', async () => {
    const [, follower] = await startApps(2, { redis: server.url, workers, through: deaf });
    const record = await follower!.control.trigger('by-hand', REASON);
    expect(record).toMatchObject({ outcome: 'pending', target: 'by-hand', action: 'trigger' });
    expect(await follower!.control.audit()).toMatchObject([{ id: record.id, outcome: 'pending' }]);
  });

  it('keeps a worker paused across a hand-over and on a fresh replica', async () => {
    const ttl = 3_000;
    const [first, second] = await startApps(2, { redis: server.url, ttl });
    expect(await second!.control.pause(WORKER, REASON)).toMatchObject({ outcome: 'done', detail: '' });
    await until(quiet([first, second!]), { what: 'the worker to pause' });
    await first.stop();
    await until(() => second!.leads, { what: 'the other one to lead' });
    const third = await FleetApp.start('replica-2', { redis: server.url, ttl });
    await until(quiet([first, second!, third]), { what: 'quiet' });
    await second!.stop();
    await until(() => third.leads, { what: 'the fresh one to lead' });
    // Its card tells of the worker a moment after it leads.
    const { workers } = await until(() => third.status.view(), {
      what: 'the worker to be seen',
      satisfies: (view) => view.workers.length > 0,
    });
    expect(workers).toMatchObject([
      { name: WORKER, state: 'paused', paused: { ...REASON, at: expect.any(Date) } },
    ]);
    expect(third.starts).toEqual([]);
    expect(second!.startsSince(0)).toBe(0);
    await third.control.resume(WORKER, REASON);
    await until(() => third.starts.length > 0, { what: 'the worker to go on' });
  });

  it('acts on what is so now: opposite acts in a row all take effect, and repeated ones change nothing', async () => {
    const [, follower] = await startApps(2, { redis: server.url });
    const { control, status } = follower!;
    const acts = [
      [() => control.pause(WORKER, REASON), ''],
      [() => control.pause(WORKER, REASON), 'was paused already'],
      [() => control.resume(WORKER, REASON), ''],
      [() => control.resume(WORKER, REASON), 'was not paused'],
      [() => control.disable(KEY, { ...REASON, duration: 60_000 }), 'for 60000 ms'],
      [() => control.disable(KEY, { ...REASON, duration: 30_000 }), 'for 30000 ms'],
      [() => control.enable(KEY, REASON), ''],
      [() => control.enable(KEY, REASON), 'was not disabled'],
    ] as const;
    for (const [act, detail] of acts) expect(await act()).toMatchObject({ outcome: 'done', detail });
    // What was read before an act is not shown after it.
    await status.view();
    await control.pause(WORKER, REASON);
    expect((await status.view()).workers).toMatchObject([{ paused: REASON }]);
  });

  it('notes who did what, when and why, newest first, the same at every replica', async () => {
    const [leader, follower] = await startApps(2, { redis: server.url, workers });
    const before = Date.now();
    await follower!.control.pause(WORKER, { by: 'ada', why: 'the exchange is closed' });
    await leader.control.resume(WORKER, { by: 'grace', why: 'it is open' });
    await follower!.control.trigger('by-hand', { by: 'ada', why: 'catching up' });
    const audit = await leader.control.audit();
    expect(audit).toMatchObject([
      { action: 'trigger', target: 'by-hand', by: 'ada', outcome: 'done', replica: leader.id },
      { action: 'resume', target: WORKER, by: 'grace', why: 'it is open', replica: leader.id },
      { action: 'pause', by: 'ada', why: 'the exchange is closed', replica: follower!.id },
    ]);
    for (const { at } of audit) expect(at.getTime()).toBeGreaterThanOrEqual(before);
    expect(await follower!.control.audit()).toEqual(audit);
    expect(await follower!.control.audit(1)).toEqual(audit.slice(0, 1));
  });

  it('refuses what cannot be, with the reason', async () => {
    const busy = { name: 'busy', run: () => new Promise<void>((resolve) => void setTimeout(resolve, 300)) };
    const [, follower] = await startApps(2, { redis: server.url, workers: [{}, busy] });
    const { control } = follower!;
    await expect(control.pause('nobody', REASON)).rejects.toThrow(WorkerNotFoundError);
    await expect(control.pause(WORKER, { by: 'ada', why: ' ' })).rejects.toThrow(InvalidCommandError);
    await until(() => control.trigger('busy', REASON), {
      what: 'an iteration to be in the way',
      satisfies: ({ outcome, detail }) => outcome === 'refused' && detail.includes('running an iteration'),
    });
    await control.disable(KEY, { ...REASON, duration: 60_000 });
    expect(await control.trigger(WORKER, REASON)).toMatchObject({
      outcome: 'refused',
      detail: `nobody leads "${KEY}" (disabled)`,
    });
    expect(await control.expireLease(KEY, REASON)).toMatchObject({ outcome: 'refused', detail: 'disabled' });
  });

  it('lets an order for one key not wait for work of another one to drain', async () => {
    const slow = {
      name: 'slow',
      key: 'slow:leader',
      schedule: { every: EVERY },
      // Hears of no abort: it ends when its lease has been given up for long.
      run: () => new Promise<void>((resolve) => void setTimeout(resolve, 450)),
    };
    const [leader, follower] = await startApps(2, { redis: server.url, workers: [...workers, slow] });
    await until(() => leader.starts.some(({ worker }) => worker === 'slow'), { what: 'slow work' });
    const steppingDown = follower!.control.stepDown('slow:leader', REASON);
    const { took } = await timed(
      () => follower!.control.trigger('by-hand', REASON),
      () => leader.starts.some(({ worker }) => worker === 'by-hand'),
    );
    expect(took).toBeLessThan(RENEWAL);
    expect(await steppingDown).toMatchObject({ outcome: 'done' });
  });

  it('frees a lease whose holder is not there, and no other', async () => {
    const [leader, follower] = await startApps(2, { redis: server.url });
    expect(await follower!.control.expireLease(KEY, REASON)).toMatchObject({
      outcome: 'refused',
      detail: `${leader.id} is there`,
    });
    const redis = new Redis(server.url);
    onCleanUp(() => redis.disconnect());
    await redis.set(KEY, 'a-ghost', 'PX', 600_000);
    await until(() => follower!.control.staleLeases(), {
      what: 'the ghost to be seen',
      satisfies: ([stale]) => stale?.leader === 'a-ghost',
    });
    expect(await follower!.control.expireLease(KEY, REASON)).toMatchObject({
      outcome: 'done',
      detail: 'from a-ghost',
    });
    expect(await redis.get(KEY)).not.toBe('a-ghost');
  });
});
