import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import { redlockStore } from 'nestjs-background-redlock';
import { BackgroundServicesModule, LeaderElected } from 'nestjs-background-services';

describe('nestjs-background-redlock', () => {
  it('holds the leases of an app', async () => {
    let run: () => void = () => undefined;
    const hasRun = new Promise<void>((resolve) => (run = resolve));

    @Injectable()
    @LeaderElected('prices:leader', { immediate: true })
    class Prices {
      @Interval('prices', 1_000) update() {
        run();
      }
    }

    const nodes = process.env['REDIS_NODES']?.split(',') ?? [];
    const testing = await Test.createTestingModule({
      imports: [BackgroundServicesModule.forRoot({ store: redlockStore(nodes) })],
      providers: [Prices],
    }).compile();
    const app = testing.createNestApplication({ logger: false });
    await app.init();
    await hasRun;
    await app.close();
  });
});
