import { type CanActivate, type ExecutionContext, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Cron, Interval, ScheduleModule } from '@nestjs/schedule';
import { setTimeout as pass } from 'node:timers/promises';
import { BackgroundDashboardModule } from 'nestjs-background-dashboard';
import { BackgroundJob, BackgroundJobsModule, type JobContext } from 'nestjs-background-jobs';
import {
  BackgroundServiceManager,
  BackgroundServicesModule,
  LeaderElected,
} from 'nestjs-background-services';
import { report } from '../replica/report.js';
import { type DashboardReplicaEvent, type DashboardReplicaSettings, HOSTILE } from './settings.js';

const { redis, ttl, instanceId, hostile } = JSON.parse(
  process.env.REPLICA ?? '{}',
) as DashboardReplicaSettings;

@Injectable()
@LeaderElected('prices:leader')
class Prices {
  @Interval('intraday-prices', 250) update() {}
  @Interval('order-book', 1_000) aggregate() {}
}

@Injectable()
@LeaderElected('reports:leader')
class Reports {
  @Cron('0 4 * * *', { name: 'nightly-report', timeZone: 'UTC' }) write() {}
}

@Injectable()
@LeaderElected('rates:leader')
class Rates {
  #runs = 0;

  @Interval('exchange-rates', 700) update() {
    this.#runs += 1;
    if (this.#runs % 5 === 0)
      throw new Error('503 Service Unavailable: https://rates.example/v2/latest?base=EUR');
  }
}

@Injectable()
@LeaderElected(HOSTILE.key, { circuitBreaker: { failureThreshold: 3, openDuration: 30_000 } })
class Hostile {
  @Interval(HOSTILE.name, 300) fail() {
    throw new Error(HOSTILE.message);
  }
}

/** A year of days, of which the first one fails. */
@BackgroundJob('price-history', { concurrency: 2, retries: { attempts: 1 } })
class History {
  items() {
    return [HOSTILE.name, ...Array.from({ length: 251 }, (_, i) => `day-${i}`)];
  }

  async process(item: string, { signal }: JobContext) {
    if (item === HOSTILE.name) throw new Error(HOSTILE.message);
    await pass(300, undefined, { signal });
  }
}

/** Whoever has a cookie may look, and with the right one act. */
@Injectable()
class RoleGuard implements CanActivate {
  protected readonly roles: readonly string[] = ['reader', 'operator'];

  canActivate(context: ExecutionContext): boolean {
    const { headers } = context.switchToHttp().getRequest<{ headers: { cookie?: string } }>();
    const [, role = ''] = /role=(\w+)/.exec(headers.cookie ?? '') ?? [];
    return this.roles.includes(role);
  }
}

@Injectable()
class OperatorGuard extends RoleGuard {
  protected override readonly roles = ['operator'];
}

@Module({
  imports: [
    ScheduleModule.forRoot(),
    BackgroundServicesModule.forRoot({ redis, instanceId, lease: { ttl }, fleet: { version: '1.4.2' } }),
    BackgroundDashboardModule.forRoot({ guards: { read: RoleGuard, act: OperatorGuard } }),
    BackgroundJobsModule.forRoot({ redis, http: { guard: OperatorGuard } }),
  ],
  providers: [Prices, Reports, Rates, History, ...(hostile ? [Hostile] : [])],
})
class DashboardReplicaModule {}

// A browser opens connections ahead of requests, and Node's server waits for one on which nothing was ever asked.
const app = await NestFactory.create(DashboardReplicaModule, {
  logger: ['error'],
  forceCloseConnections: true,
});
app.setGlobalPrefix('v1', { exclude: ['health/*path'] });
app.enableShutdownHooks();
await app.listen(0, '127.0.0.1');
report<DashboardReplicaEvent>({
  event: 'up',
  instance: app.get(BackgroundServiceManager).instanceId,
  url: `${await app.getUrl()}/v1/background`,
});
