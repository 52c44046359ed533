import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Injectable, type Type } from '@nestjs/common';
import { Cron, Interval } from '@nestjs/schedule';
import { LeaderElected } from '../decorators/index.js';
import { background, boot, closeApps, closeOn, log, managerOf } from '../spec-support/boot.js';
import { BackgroundTestingKit } from '../testing/index.js';

const MIDNIGHT = new Date('2026-07-01T00:00:00.000Z');

describe('a worker whose class has another name than in the build before', () => {
  let kit: BackgroundTestingKit;
  let runs: string[];

  beforeEach(() => {
    kit = new BackgroundTestingKit(MIDNIGHT);
    runs = [];
  });
  afterEach(closeApps);

  /** A class of this name, as a bundler leaves it, with methods that have these schedules. */
  function classNamed(name: string, schedules: Readonly<Record<string, MethodDecorator>>): Type {
    const target = { [name]: class {} }[name] as Type;
    for (const [method, schedule] of Object.entries(schedules)) {
      const value = () => void runs.push(`${name}.${method} ${new Date(kit.clock.wall()).toISOString()}`);
      Object.defineProperty(target.prototype, method, { value, writable: true, configurable: true });
      schedule(
        target.prototype as object,
        method,
        Object.getOwnPropertyDescriptor(target.prototype, method) as PropertyDescriptor,
      );
    }
    LeaderElected('job')(target);
    Injectable()(target);
    return target;
  }

  const start = (target: Type) => boot({ imports: [background(kit)], providers: [target] });

  it('keeps its cadence', async () => {
    const first = await start(classNamed('e', { run: Interval(60_000) }));
    await kit.clock.advance(90_000);
    await closeOn(kit, first);
    await start(classNamed('t', { run: Interval(60_000) }));
    await kit.clock.advance(60_000);
    expect(runs).toEqual(['e.run 2026-07-01T00:01:00.000Z', 't.run 2026-07-01T00:02:00.000Z']);
    expect(log.at('log').join()).toMatch(/Goes on with what e\.run left/);
  });

  it('loses and doubles no cron slot, also when the former build leads again for a while', async () => {
    const hourly = { run: Cron('0 * * * *', { timeZone: 'UTC' }) };
    for (const name of ['e', 't', 'e', 't']) {
      const app = await start(classNamed(name, hourly));
      await kit.clock.advance(1_900_000);
      await closeOn(kit, app);
      await kit.clock.advance(1_700_000);
    }
    await start(classNamed('t', hourly));
    await kit.clock.advance(1_000);
    expect(runs.map((run) => run.split(' ')[1]?.slice(11, 16))).toEqual(['01:00', '02:00', '03:00', '04:00']);
  });

  it('makes up for a slot that is missed after a term in which none was due', async () => {
    const hourly = { run: Cron('0 * * * *', { timeZone: 'UTC' }) };
    const first = await start(classNamed('e', hourly));
    await kit.clock.advance(3_900_000);
    await closeOn(kit, first);
    const second = await start(classNamed('t', hourly));
    await kit.clock.advance(1_200_000);
    await closeOn(kit, second);
    await kit.clock.advance(2_400_000);
    await start(classNamed('t', hourly));
    await kit.clock.advance(1_000);
    expect(runs.map((run) => run.slice(0, 22))).toEqual(['e.run 2026-07-01T01:00', 't.run 2026-07-01T02:05']);
  });

  it('keeps its pause, its breaker and its counts', async () => {
    const first = await start(classNamed('e', { run: Interval(1_000) }));
    await kit.clock.advance(3_500);
    managerOf(first).forceOpenCircuitBreaker('e.run');
    await closeOn(kit, first);
    const second = await start(classNamed('t', { run: Interval(1_000) }));
    await kit.clock.advance(20_000);
    await closeOn(kit, second);
    const [reply] = await kit.store.acquire([{ key: 'job', holder: 'reader', ttl: 1_000, tokenFloor: 0 }]);
    const ledger = reply?.outcome === 'acquired' ? reply.ledger : {};
    expect(JSON.parse(ledger['breaker:t.run'] ?? '{}')).toMatchObject({ state: 'forced-open' });
    expect(JSON.parse(ledger['status:t.run'] ?? '{}')).toMatchObject({ iterations: 3 });
    expect(ledger['breaker:e.run']).toBe('');
  });

  it.each([
    ['another method', 'e', { other: Interval(60_000) }],
    ['a second worker of the key', 't', { run: Interval(60_000), second: Interval(60_000) }],
    ['a name that was chosen', 't', { run: Interval('chosen', 60_000) }],
  ])('is another worker with %s', async (_what, name, schedules) => {
    const first = await start(classNamed('e', { run: Interval(60_000) }));
    await kit.clock.advance(90_000);
    await closeOn(kit, first);
    await start(classNamed(name, schedules));
    await kit.clock.advance(31_000);
    expect(runs).toEqual(['e.run 2026-07-01T00:01:00.000Z']);
    expect(log.at('log').join()).not.toMatch(/Goes on with/);
  });
});
