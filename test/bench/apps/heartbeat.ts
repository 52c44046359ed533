import { NestFactory } from '@nestjs/core';
import { BackgroundServiceManager, BackgroundServicesModule } from 'nestjs-background-services';
import type { HeartbeatEvent, HeartbeatSettings } from './heartbeat-settings.js';

/** One replica with one worker. */
const { redis, heartbeat } = JSON.parse(process.env.APP ?? '{}') as HeartbeatSettings;

const residentBefore = resident();
const startedAt = performance.now();
const app = await NestFactory.createApplicationContext(
  BackgroundServicesModule.forRoot({ redis, heartbeat }),
  {
    logger: false,
  },
);
app.enableShutdownHooks();
await new Promise<void>((resolve) => {
  app.get(BackgroundServiceManager).register({
    name: 'first',
    key: 'bench:heartbeat',
    schedule: { every: 10 },
    run: () => resolve(),
  });
});
const leadingAfter = performance.now() - startedAt;
const event: HeartbeatEvent = { event: 'leading', leadingAfter, megabytes: resident() - residentBefore };
console.log(JSON.stringify(event));

function resident(): number {
  global.gc?.();
  return process.memoryUsage().rss / 1e6;
}
