import type { AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type * as Library from 'nestjs-background-services';
import { report } from '../../e2e/replica/report.js';
import { until } from '../../support/until.js';
import type { HealthEvent, HealthSettings } from './health-settings.js';

const { redis, workers, library } = JSON.parse(process.env.APP ?? '{}') as HealthSettings;
const { BackgroundServiceManager, BackgroundServicesModule } = (await import(library)) as typeof Library;

// Renewals far apart: what Redis is sent meanwhile, requests have caused.
const lease = { ttl: 3_600_000 };

@Module({ imports: [BackgroundServicesModule.forRoot({ redis, lease })] })
class HealthModule {}

const app = await NestFactory.create(HealthModule, { logger: ['error', 'warn'] });
// Without arguments it would take SIGUSR2 for an order to shut down.
app.enableShutdownHooks(['SIGTERM']);
const manager = app.get(BackgroundServiceManager);
for (let i = 0; i < workers; i++) {
  const run = () => undefined;
  manager.register({ name: `worker-${i}`, key: `key-${i}`, schedule: { every: 2 ** 30 }, run });
}
await app.listen(0, '127.0.0.1');
await until(() => manager.list().every(({ role }) => role === 'leader'), {
  what: 'all workers to be led here',
  every: 100,
});
process.on('SIGUSR2', () => {
  const { user, system } = process.cpuUsage();
  report<HealthEvent>({ event: 'sample', processor: (user + system) / 1_000 });
});
const { port } = (app.getHttpServer() as Server).address() as AddressInfo;
report<HealthEvent>({ event: 'running', port });
