import { Module } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { ScheduleModule } from '@nestjs/schedule';
import { BackgroundJobsModule, type BackgroundJobsOptions } from 'nestjs-background-jobs';
import { BackgroundServicesModule } from 'nestjs-background-services';
import { AggregationModule } from './aggregation/aggregation.module.js';
import { EnvironmentModule } from './config/config.module.js';
import { type Environment } from './config/environment.js';
import { DatabaseModule } from './database/database.module.js';
import { HttpModule } from './http/http.module.js';
import { IterationLogModule } from './iteration-log/iteration-log.module.js';
import { MarketModule } from './market/market.module.js';
import { OptionsHistoryModule } from './options-history/options-history.module.js';
import { PortfolioModule } from './portfolio/portfolio.module.js';
import { ApiKeyGuard } from './security/api-key.guard.js';
import { SecurityModule } from './security/security.module.js';
import { TickerModule } from './ticker/ticker.module.js';

@Module({
  imports: [
    EnvironmentModule,
    ScheduleModule.forRoot(),
    HttpModule,
    IterationLogModule,
    DatabaseModule,
    SecurityModule,
    MarketModule,
    PortfolioModule,
    AggregationModule,
    TickerModule,
    OptionsHistoryModule,
    // These two last: then they drain jobs and workers before what those use is destroyed.
    BackgroundJobsModule.forRootAsync({
      inject: [ConfigService],
      useFactory: (config: ConfigService<Environment, true>) => ({
        ...whereJobsAre(config),
        drainTimeout: config.get('DRAIN_TIMEOUT', { infer: true }),
        http: { guard: ApiKeyGuard },
      }),
    }),
    BackgroundServicesModule.forRootAsync({
      inject: [ConfigService],
      useFactory: (config: ConfigService<Environment, true>) => ({
        redis: config.get('REDIS_URL', { infer: true }),
        instanceId: config.get('INSTANCE_ID', { infer: true }),
        lease: { ttl: config.get('LEASE_TTL', { infer: true }) },
        shutdown: { drainTimeout: config.get('DRAIN_TIMEOUT', { infer: true }) },
      }),
    }),
  ],
})
export class AppModule {}

/** In Redis, where all replicas see them; else in a file of this process. */
function whereJobsAre(
  config: ConfigService<Environment, true>,
): Pick<BackgroundJobsOptions, 'redis' | 'file'> {
  const redis = config.get('REDIS_URL', { infer: true });
  if (redis !== undefined) return { redis };
  const file = config.get('JOBS_FILE', { infer: true });
  return file === 'memory://' ? {} : { file };
}
