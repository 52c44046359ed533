import { Module } from '@nestjs/common';
import { ConfigModule, ConfigService } from '@nestjs/config';
import { ScheduleModule } from '@nestjs/schedule';
import { BackgroundServicesModule } from 'nestjs-background-services';
import { AggregationModule } from './aggregation/aggregation.module.js';
import { type Environment, validateEnvironment } from './config/environment.js';
import { DatabaseModule } from './database/database.module.js';
import { MarketModule } from './market/market.module.js';
import { PortfolioModule } from './portfolio/portfolio.module.js';
import { SecurityModule } from './security/security.module.js';
import { TickerModule } from './ticker/ticker.module.js';

@Module({
  imports: [
    // env.ts has read the .env file; what is unset stays unset, and is not looked up past the validation.
    ConfigModule.forRoot({
      isGlobal: true,
      validate: validateEnvironment,
      ignoreEnvFile: true,
      skipProcessEnv: true,
    }),
    ScheduleModule.forRoot(),
    DatabaseModule,
    SecurityModule,
    MarketModule,
    PortfolioModule,
    AggregationModule,
    TickerModule,
    // Last: then it drains the workers before what they use is destroyed.
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
