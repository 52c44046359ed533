import { setTimeout as pass } from 'node:timers/promises';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  BackgroundEvents,
  BackgroundServiceManager,
  BackgroundServicesModule,
  type Iteration,
} from 'nestjs-background-services';
import { report, timestamp } from '../../e2e/replica/report.js';
import { EVERY, type PlacementEvent, type PlacementSettings } from './placement-settings.js';

const { redis, id, version, keys, ttl, work } = JSON.parse(process.env.APP ?? '{}') as PlacementSettings;

@Module({
  imports: [BackgroundServicesModule.forRoot({ redis, instanceId: id, lease: { ttl }, fleet: { version } })],
})
class PlacementModule {}

async function run({ worker, scheduledAt }: Iteration): Promise<void> {
  const from = timestamp();
  await pass(work);
  report<PlacementEvent>({ event: 'run', worker, due: scheduledAt.getTime(), from, to: timestamp() });
}

const app = await NestFactory.createApplicationContext(PlacementModule, { logger: ['error', 'warn'] });
app.enableShutdownHooks(['SIGTERM']);
app.get(BackgroundEvents).onAny((event) => {
  const { type } = event;
  if (type === 'elected' || type === 'revoked')
    report<PlacementEvent>({ event: type, at: timestamp(), key: event.key });
});
const manager = app.get(BackgroundServiceManager);
for (let i = 0; i < keys; i += 1) {
  const key = `key-${i}`;
  manager.register({ name: `every-${i}`, key, schedule: { every: EVERY }, run });
  // What is missed in a takeover runs late, all of it: so a slot that never ran was lost.
  manager.register({ name: `slot-${i}`, key, schedule: { cron: '* * * * * *' }, misfire: 'fire-all', run });
}
process.on('SIGUSR2', () => manager.cordon());
process.on('SIGURG', () => manager.uncordon());
report<PlacementEvent>({ event: 'up', at: timestamp() });
