import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import {
  BackgroundServiceManager,
  BackgroundServicesModule,
  currentIteration,
  LeaderElected,
} from 'nestjs-background-services';
import { BackgroundMetricsModule } from 'nestjs-background-services/metrics';
import { BackgroundTestingKit } from 'nestjs-background-services/testing';
import { register } from 'prom-client';

@Injectable()
@LeaderElected('prices:leader')
class Prices {
  readonly seen: (string | undefined)[] = [];

  @Interval('prices', 1_000) update() {
    this.seen.push(currentIteration()?.worker);
  }
}

describe('nestjs-background-services', () => {
  it('elects on the clock of its testing kit', async () => {
    const kit = new BackgroundTestingKit();
    const testing = await Test.createTestingModule({
      imports: [
        BackgroundServicesModule.forRoot(kit.options({ logs: 'structured' })),
        BackgroundMetricsModule.forRoot(),
      ],
      providers: [Prices],
    }).compile();
    const app = testing.createNestApplication({ logger: false });
    await app.init();
    await kit.clock.advance(2_500);
    expect(app.get(Prices).seen).toEqual(['prices', 'prices']);
    expect(app.get(BackgroundServiceManager).getMetrics('prices')).toMatchObject({ iterations: 2 });
    expect(await register.metrics()).toContain('background_service_');
    await app.close();
  });

  it('answers health, with Terminus that is loaded when it is asked', async () => {
    const testing = await Test.createTestingModule({
      imports: [BackgroundServicesModule.forRoot({})],
      providers: [Prices],
    }).compile();
    const app = testing.createNestApplication({ logger: false });
    await app.listen(0, '127.0.0.1');
    const response = await fetch(`${await app.getUrl()}/health/background`);
    expect(await response.json()).toMatchObject({ status: 'ok' });
    await app.close();
  });
});
