import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  BackgroundEvents,
  BackgroundServiceManager,
  BackgroundServicesModule,
} from 'nestjs-background-services';
import { report } from '../../e2e/replica/report.js';
import { until } from '../../support/until.js';
import type { LeasesEvent, LeasesSettings } from './leases-settings.js';

const { redis, leases, ttl } = JSON.parse(process.env.APP ?? '{}') as LeasesSettings;

@Module({ imports: [BackgroundServicesModule.forRoot({ redis, lease: { ttl } })] })
class LeasesModule {}

const app = await NestFactory.createApplicationContext(LeasesModule, { logger: ['error', 'warn'] });
// Without arguments it would take SIGUSR2 for an order to shut down.
app.enableShutdownHooks(['SIGTERM']);
let count = 0;
app.get(BackgroundEvents).onAny(({ type }) => {
  if (type === 'revoked') count += 1;
});
const manager = app.get(BackgroundServiceManager);
for (let i = 0; i < leases; i += 1) {
  const run = () => undefined;
  manager.register({ name: `worker-${i}`, key: `bench:${i}`, schedule: { every: 1_000 }, run });
}
await until(() => manager.list().every(({ role }) => role === 'leader'), {
  what: 'all workers to be led here',
  every: 100,
  timeout: 20_000,
});
process.on('SIGUSR2', () => report<LeasesEvent>({ event: 'lost', count }));
report<LeasesEvent>({ event: 'leading' });
