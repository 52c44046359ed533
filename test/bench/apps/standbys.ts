import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { BackgroundServiceManager, BackgroundServicesModule } from 'nestjs-background-services';
import { type AcquireRequest, RedisLeaseStore, type ReleaseRequest } from 'nestjs-background-services/store';
import { report, timestamp } from '../../e2e/replica/report.js';
import type { StandbysEvent, StandbysSettings } from './standbys-settings.js';

const { redis, replicas, keys } = JSON.parse(process.env.APP ?? '{}') as StandbysSettings;

/** Reports what it is asked for. */
class CountedStore extends RedisLeaseStore {
  override async acquire(requests: readonly AcquireRequest[]) {
    const at = timestamp();
    const replies = await super.acquire(requests);
    const acquired = replies.filter(({ outcome }) => outcome === 'acquired').length;
    const replica = requests[0]?.holder ?? '';
    const keys = requests.length;
    report<StandbysEvent>({ event: 'attempt', at, answered: timestamp(), replica, keys, acquired });
    return replies;
  }

  override async release(request: ReleaseRequest) {
    const at = timestamp();
    const reply = await super.release(request);
    report<StandbysEvent>({ event: 'released', at });
    return reply;
  }
}

const apps = [];
for (let i = 0; i < replicas; i++) {
  const store = new CountedStore({ redis, commandTimeout: 3_000 });

  @Module({
    imports: [BackgroundServicesModule.forRoot({ store, instanceId: `replica-${process.pid}-${i}` })],
  })
  class ReplicaModule {}

  const app = await NestFactory.createApplicationContext(ReplicaModule, { logger: ['error', 'warn'] });
  const manager = app.get(BackgroundServiceManager);
  for (let key = 0; key < keys; key++) {
    manager.register({
      name: `worker-${key}`,
      key: `key-${key}`,
      schedule: { every: 60_000 },
      run: () => undefined,
    });
  }
  app.enableShutdownHooks();
  apps.push(app);
}
report<StandbysEvent>({ event: 'booted' });
