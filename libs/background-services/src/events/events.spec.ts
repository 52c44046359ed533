import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Interval } from '@nestjs/schedule';
import { LeaderElected } from '../decorators/index.js';
import { background, boot, closeApps, closeOn, log, managerOf } from '../spec-support/boot.js';
import { BackgroundTestingKit } from '../testing/index.js';
import type { BackgroundEvent, BackgroundEventType } from './background-event.js';
import { BackgroundEvents } from './background-events.js';

/** What a booted app tells. */
describe('Events of an app', () => {
  let kit: BackgroundTestingKit;
  let fails: boolean;
  let told: BackgroundEvent[];

  beforeEach(() => {
    kit = new BackgroundTestingKit();
    fails = false;
    told = [];
  });
  afterEach(closeApps);

  async function bootPrices() {
    @LeaderElected('prices:leader', { circuitBreaker: { failureThreshold: 2, openDuration: 5_000 } })
    class Prices {
      @Interval('prices', 1_000)
      update() {
        if (fails) throw new RangeError('No prices');
      }
    }
    const app = await boot({ imports: [background(kit)], providers: [Prices] });
    app.get(BackgroundEvents).onAny((event) => told.push(event));
    kit.attach(app);
    return app;
  }

  const types = () => told.map(({ type }) => type);
  const of = <Type extends BackgroundEventType>(wanted: Type) =>
    told.filter(({ type }) => type === wanted) as Extract<BackgroundEvent, { type: Type }>[];

  it('tells of a term once at its beginning and once at its end', async () => {
    const app = await bootPrices();
    await kit.elected('prices:leader');
    const { fencingToken: token } = managerOf(app).get('prices');
    await closeOn(kit, app);
    expect(types()).toEqual(['elected', 'revoked']);
    const where = { key: 'prices:leader', token, instanceId: managerOf(app).instanceId };
    expect(told).toMatchObject([
      { ...where, attempts: 1, waited: expect.any(Number), at: expect.any(Date) },
      { ...where, reason: 'stop' },
    ]);
  });

  it.each([
    ['lost', () => kit.steal('prices:leader'), 10_000],
    ['deadline', () => kit.failNext(100), 20_000],
  ] as const)('tells that a term is over: %s', async (reason, disturb, within) => {
    await bootPrices();
    await kit.elected('prices:leader');
    disturb();
    await kit.clock.advance(within);
    expect(of('revoked').map((event) => event.reason)).toEqual([reason]);
    expect(of('elected')).toHaveLength(1);
  });

  it('tells of every iteration', async () => {
    const app = await bootPrices();
    await kit.elected('prices:leader');
    await kit.clock.advance(1_000);
    fails = true;
    await kit.clock.advance(1_000);
    const { fencingToken: token } = managerOf(app).get('prices');
    const iteration = { worker: 'prices', key: 'prices:leader', token, duration: 0 };
    const [first, failure, second] = told.slice(1);
    expect(first).toMatchObject({ type: 'iteration-finished', ...iteration, number: 1, result: 'succeeded' });
    expect(failure).toMatchObject({
      type: 'iteration-failed',
      ...iteration,
      number: 2,
      error: { type: 'RangeError', message: 'No prices' },
    });
    expect(second).toMatchObject({ type: 'iteration-finished', ...iteration, number: 2, result: 'failed' });
    const [finished] = of('iteration-finished');
    expect(finished?.startedAt).toEqual(finished?.scheduledAt);
  });

  it("tells of the circuit breaker's states, and of what it keeps back", async () => {
    await bootPrices();
    fails = true;
    await kit.elected('prices:leader');
    await kit.clock.advance(4_000);
    fails = false;
    await kit.clock.advance(4_000);
    const worker = { worker: 'prices', key: 'prices:leader' };
    expect(of('circuit-breaker')).toMatchObject([
      { ...worker, from: 'closed', to: 'open', retryAt: expect.any(Date) },
      { ...worker, from: 'open', to: 'half-open', retryAt: undefined },
      { ...worker, from: 'half-open', to: 'closed', retryAt: undefined },
    ]);
    expect(of('circuit-breaker-skipped').length).toBeGreaterThanOrEqual(2);
    expect(of('circuit-breaker-skipped')[0]).toMatchObject(worker);
  });

  it('tells of pausing, resuming, stopping and starting, where it changes something', async () => {
    const manager = managerOf(await bootPrices());
    await kit.elected('prices:leader');
    told.length = 0;
    for (let i = 0; i < 2; i++) manager.pause('prices');
    await kit.clock.advance(1_000);
    for (let i = 0; i < 2; i++) manager.resume('prices');
    for (let i = 0; i < 2; i++) await manager.stop('prices');
    for (let i = 0; i < 2; i++) manager.start('prices');
    manager.pause('prices');
    manager.start('prices');
    expect(types()).toEqual([
      ...['paused', 'ticks-skipped', 'resumed', 'stopped', 'revoked'],
      ...['started', 'paused', 'resumed'],
    ]);
    expect(of('ticks-skipped')[0]).toMatchObject({ worker: 'prices', key: 'prices:leader', count: 1 });
  });

  it('tells of cron slots that passed while nobody led', async () => {
    const register = (app: Awaited<ReturnType<typeof boot>>) =>
      managerOf(app).register({
        name: 'report',
        key: 'report:leader',
        schedule: { cron: '* * * * *', timeZone: 'UTC' },
        run: () => undefined,
      });
    const first = await boot({ imports: [background(kit)] });
    register(first);
    await kit.clock.advance(61_000);
    await closeOn(kit, first);
    await kit.clock.advance(200_000);
    const second = await boot({ imports: [background(kit)] });
    second.get(BackgroundEvents).onAny((event) => told.push(event));
    register(second);
    await kit.clock.advance(1_000);
    expect(of('misfire')).toMatchObject([
      { worker: 'report', key: 'report:leader', missed: 2, late: 1, policy: 'fire-once' },
    ]);
  });

  it('tells of commands to the lease store that failed', async () => {
    const app = await bootPrices();
    kit.failNext(1, new Error('No route'));
    await kit.elected('prices:leader');
    kit.failNext(1, new Error('No route'));
    await kit.clock.advance(10_000);
    kit.failNext(1, new Error('No route'));
    await closeOn(kit, app);
    const common = { keys: ['prices:leader'], message: 'No route' };
    expect(of('lease-error')).toMatchObject([
      { operation: 'acquire', ...common },
      { operation: 'renew', ...common },
      { operation: 'release', ...common },
    ]);
  });

  it('logs a listener that fails once a type, and goes on', async () => {
    const app = await bootPrices();
    app.get(BackgroundEvents).on('iteration-finished', () => {
      throw new Error('Bad listener');
    });
    await kit.elected('prices:leader');
    await kit.clock.advance(3_000);
    expect(of('iteration-finished')).toHaveLength(3);
    expect(log.at('error')).toEqual(['A listener to "iteration-finished" events failed: Bad listener']);
  });
});
