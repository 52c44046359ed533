import { afterEach, describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { BackgroundServicesModule } from './background-services.module.js';
import { LeaderElected } from './decorators/index.js';
import { LEASE_STORE } from './lease-store.provider.js';
import { MemoryLeaseStore, RedisLeaseStore } from './lease/index.js';
import { background, boot, closeApps, log, managerOf } from './spec-support/boot.js';
import { BackgroundTestingKit } from './testing/index.js';

/** Nothing listens there. */
const NO_REDIS = 'redis://127.0.0.1:1';

describe('the lease store of an app', () => {
  afterEach(closeApps);

  it('is the one it is given', async () => {
    const kit = new BackgroundTestingKit();
    const app = await boot({ imports: [background(kit)] });
    expect(app.get<unknown>(LEASE_STORE)).toBe(kit.store);
  });

  it('lives in memory without Redis, which is said in the log', async () => {
    const app = await boot({ imports: [BackgroundServicesModule.forRoot()] });
    expect(app.get<unknown>(LEASE_STORE)).toBeInstanceOf(MemoryLeaseStore);
    expect(log.at('log')).toContain(
      'No Redis is configured: leases live in memory, and this process leads everything. Run one replica only.',
    );
  });

  it('is Redis where it is configured; neither boot nor shutdown waits for one that is away', async () => {
    @LeaderElected('prices')
    @Injectable()
    class Prices {
      @Interval(1_000) update() {
        throw new Error('it ran');
      }
    }
    const app = await boot({
      imports: [BackgroundServicesModule.forRoot({ redis: NO_REDIS })],
      providers: [Prices],
    });
    expect(app.get<unknown>(LEASE_STORE)).toBeInstanceOf(RedisLeaseStore);
    expect(managerOf(app).get('Prices.update').role).toBe('standby');
    await app.close();
    expect(managerOf(app).get('Prices.update').role).toBe('idle');
  });
});
