import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { LeaderElected } from '../decorators/index.js';
import { background, boot as bootApp, closeApps } from '../spec-support/boot.js';
import type { Iteration } from '../workers/index.js';
import { BackgroundTestingKit } from './background-testing-kit.js';

const KEY = 'prices:leader';

describe('BackgroundTestingKit', () => {
  let kit: BackgroundTestingKit;
  let ran: string[];

  beforeEach(() => {
    kit = new BackgroundTestingKit();
    ran = [];
  });

  afterEach(closeApps);

  /** Boots an app with one elected worker. */
  async function boot(replica: string, work: (iteration: Iteration) => unknown = () => undefined) {
    @Injectable()
    @LeaderElected(KEY)
    class Prices {
      @Interval('prices', 60_000)
      async update(iteration: Iteration): Promise<void> {
        ran.push(replica);
        await work(iteration);
      }
    }

    const app = await bootApp({ imports: [background(kit, { instanceId: replica })], providers: [Prices] });
    kit.attach(app);
    return app;
  }

  it('begins at the time it is given', () => {
    expect(new BackgroundTestingKit(new Date('2030-01-01')).clock.wall()).toBe(Date.UTC(2030, 0, 1));
  });

  it('hands out options that can be overridden', () => {
    const options = kit.options({ instanceId: 'a', random: () => 0.9 });
    expect(options).toMatchObject({ store: kit.store, clock: kit.clock, instanceId: 'a' });
    expect(options.random?.()).toBe(0.9);
  });

  it('lets time pass until there is a leader', async () => {
    await boot('a');
    expect(kit.isLeader(KEY)).toBe(false);
    await kit.elected(KEY);
    expect(kit.isLeader(KEY)).toBe(true);
  });

  it('runs one iteration of a worker now, and says how it ended', async () => {
    await boot('a');
    expect(await kit.runIteration('prices')).toMatchObject({ outcome: 'succeeded' });
    expect(ran).toEqual(['a']);
  });

  it('hands out the error of an iteration instead of throwing it', async () => {
    const error = new Error('the feed is down');
    await boot('a', () => Promise.reject(error));
    expect(await kit.runIteration('prices')).toMatchObject({ outcome: 'failed', error });
  });

  it('runs the schedule when time passes', async () => {
    await boot('a');
    await kit.elected(KEY);
    await kit.clock.advance(180_000);
    expect(ran).toEqual(['a', 'a', 'a']);
  });

  it('plays replicas: several apps, of which one leads and the next takes over', async () => {
    const a = await boot('a');
    await kit.elected(KEY);
    await boot('b');
    await kit.runIteration('prices');
    await a.close();
    await kit.elected(KEY);
    await kit.runIteration('prices');
    expect(ran).toEqual(['a', 'b']);
  });

  it('expire() ends a term at the next renewal', async () => {
    const signals: AbortSignal[] = [];
    await boot('a', ({ signal }) => signals.push(signal));
    await kit.runIteration('prices');
    kit.expire(KEY);
    expect(signals[0]?.aborted).toBe(false);
    await kit.clock.advance(10_000);
    expect(signals[0]?.aborted).toBe(true);
    await kit.elected(KEY);
  });

  it('steal() gives the lease to somebody else, for so long', async () => {
    await boot('a');
    await kit.elected(KEY);
    kit.steal(KEY, 'another', 20_000);
    await kit.clock.advance(10_000);
    expect(kit.isLeader(KEY)).toBe(false);
    expect(await kit.store.inspect([KEY])).toMatchObject([{ holder: 'another' }]);
    await kit.clock.advance(11_000);
    expect(kit.isLeader(KEY)).toBe(true);
  });

  it('failNext() makes commands fail, which the leader survives', async () => {
    await boot('a');
    await kit.elected(KEY);
    kit.failNext(2);
    await kit.clock.advance(15_000);
    expect(kit.isLeader(KEY)).toBe(true);
  });

  it('says what to do where no app is attached', async () => {
    await expect(kit.runIteration('prices')).rejects.toThrow(/No app is attached: call kit\.attach\(app\)/);
    await expect(kit.elected(KEY)).rejects.toThrow(/No app is attached/);
  });

  it('says which workers and keys there are where it is asked for another', async () => {
    await boot('a');
    await expect(kit.runIteration('proces')).rejects.toThrow(/No worker is named "proces". Known: prices/);
    await expect(kit.elected('proces:leader')).rejects.toThrow(/Known: prices:leader/);
  });
});
