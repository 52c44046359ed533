// Uses what each entry of each library exports, in types and values. It is compiled with each way of resolving modules that apps have.
import { Injectable, Module } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { BackgroundDashboardModule } from 'nestjs-background-dashboard';
import { type BackgroundJobsOptions, BackgroundJob, type JobHandler } from 'nestjs-background-jobs';
import { JobsClient } from 'nestjs-background-jobs/client';
import { BackgroundJobsMetricsModule } from 'nestjs-background-jobs/metrics';
import { redlockStore } from 'nestjs-background-redlock';
import {
  BackgroundEvents,
  BackgroundServicesModule,
  type Iteration,
  LeaderElected,
} from 'nestjs-background-services';
import { FleetStatus } from 'nestjs-background-services/fleet';
import { BackgroundMetricsModule } from 'nestjs-background-services/metrics';
import type { LeaseStore } from 'nestjs-background-services/store';
import { BackgroundTestingKit } from 'nestjs-background-services/testing';
import { traceBackgroundServices } from 'nestjs-background-services/tracing';

@Injectable()
@LeaderElected('prices:leader')
export class Prices {
  constructor(
    readonly fleet: FleetStatus,
    events: BackgroundEvents,
  ) {
    // Of the jobs, which add it to the events of the services.
    events.on('job-ended', ({ state }) => state satisfies string);
  }

  @Interval(1_000) update({ fencingToken }: Iteration): number {
    return fencingToken;
  }
}

@BackgroundJob('prices')
export class PricesJob implements JobHandler<{ readonly symbols: string[] }, string> {
  items({ symbols }: { readonly symbols: string[] }) {
    return symbols;
  }

  async process(): Promise<void> {}
}

const kit = new BackgroundTestingKit();
export const store: LeaseStore = kit.store;
export const jobs: BackgroundJobsOptions = { concurrency: 1 };
export const client = new JobsClient({ baseUrl: 'http://127.0.0.1/jobs' });

@Module({
  imports: [
    BackgroundServicesModule.forRoot(
      kit.options({
        store: redlockStore(['redis://a', 'redis://b', 'redis://c']),
        instrumentation: traceBackgroundServices(),
      }),
    ),
    BackgroundMetricsModule.forRoot(),
    BackgroundJobsMetricsModule.forRoot(),
    BackgroundDashboardModule.forRoot(),
  ],
})
export class AppModule {}
