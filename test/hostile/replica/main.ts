import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Cron, Interval, ScheduleModule } from '@nestjs/schedule';
import { setTimeout as pass } from 'node:timers/promises';
import { BackgroundDashboardModule } from 'nestjs-background-dashboard';
import { BackgroundJob, BackgroundJobsModule, type JobContext } from 'nestjs-background-jobs';
import {
  BackgroundEvents,
  BackgroundServiceManager,
  BackgroundServicesModule,
  LeaderElected,
} from 'nestjs-background-services';
import { report } from '../../e2e/replica/report.js';
import { DAYS, type HostileReplicaEvent, type HostileReplicaSettings } from './settings.js';

/* One replica of the hostile runs: a Nest app with all three libraries, as a user would write it. */

const { redis, ttl, instanceId } = JSON.parse(process.env.REPLICA ?? '{}') as HostileReplicaSettings;

// It only looks: the process ends as it would without.
process.on('uncaughtExceptionMonitor', (error, origin) =>
  report<HostileReplicaEvent>({ event: 'unhandled', origin, error: error.stack ?? String(error) }),
);

@LeaderElected('prices:leader')
class Prices {
  @Interval('intraday-prices', 250) update() {}
  @Interval('order-book', 1_000) aggregate() {}
}

@LeaderElected('reports:leader')
class Reports {
  @Cron('*/5 * * * * *', { name: 'nightly-report', timeZone: 'UTC' }) write() {}
}

@LeaderElected('rates:leader', { circuitBreaker: { failureThreshold: 2, openDuration: 2_000 } })
class Rates {
  #runs = 0;

  @Interval('exchange-rates', 500) update() {
    this.#runs += 1;
    if (this.#runs % 10 < 2) throw new Error('503 Service Unavailable: https://rates.example/v2/latest');
  }
}

/** Days with payloads of their own, of which every tenth fails. */
@BackgroundJob('price-history', { concurrency: 4, retries: { attempts: 1 } })
class History {
  items() {
    return Array.from({ length: DAYS }, (_, i) => ({ key: `day-${i}`, payload: { day: i } }));
  }

  async process({ payload }: { readonly payload: { readonly day?: number } }, { signal }: JobContext) {
    await pass(50, undefined, { signal });
    if (Number(payload.day) % 10 === 9) throw new Error('no prices on that day');
  }
}

@BackgroundJob('statements', { concurrency: 2 })
class Statements {
  items({ accounts = [] }: { readonly accounts?: readonly string[] }) {
    return [...accounts];
  }

  async process(_account: string, { signal }: JobContext) {
    await pass(100, undefined, { signal });
  }
}

const guard = { canActivate: () => true };

@Module({
  imports: [
    ScheduleModule.forRoot(),
    BackgroundServicesModule.forRoot({ redis, instanceId, lease: { ttl }, fleet: { version: '1.4.2' } }),
    BackgroundDashboardModule.forRoot({ guard }),
    BackgroundJobsModule.forRoot({
      redis,
      http: { guard },
      retention: { completed: 20_000, failed: 20_000 },
    }),
  ],
  providers: [Prices, Reports, Rates, History, Statements],
})
class HostileReplicaModule {}

const app = await NestFactory.create(HostileReplicaModule, {
  logger: ['log', 'warn', 'error'],
  forceCloseConnections: true,
});
app.enableShutdownHooks();
const events = app.get(BackgroundEvents);
events.on('elected', ({ key, token, at }) =>
  report<HostileReplicaEvent>({ event: 'elected', key, token, at: at.getTime() }),
);
events.on('revoked', ({ key, token, reason, at }) =>
  report<HostileReplicaEvent>({ event: 'revoked', key, token, reason, at: at.getTime() }),
);
await app.listen(0, '127.0.0.1');
report<HostileReplicaEvent>({
  event: 'up',
  instance: app.get(BackgroundServiceManager).instanceId,
  url: await app.getUrl(),
});
