import { Injectable, type LogLevel, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Cron, Interval, ScheduleModule } from '@nestjs/schedule';
import { redlockStore } from 'nestjs-background-redlock';
import {
  BackgroundServiceManager,
  BackgroundServicesModule,
  type Iteration,
  LeaderElected,
} from 'nestjs-background-services';
import { FleetStatus, type FleetView } from 'nestjs-background-services/fleet';
import { RedisLeaseStore } from 'nestjs-background-services/store';
import { type ObservedCommand, ObservedLeaseStore } from '../../support/observed-lease-store.js';
import { report, timestamp } from './report.js';
import { LEASE_KEY, type ReplicaSettings, type Told } from './settings.js';

const settings = JSON.parse(process.env.REPLICA ?? '{}') as ReplicaSettings;
const {
  redis,
  ttl = 30_000,
  drainTimeout = 5_000,
  workers = 1,
  every = 1_000,
  work = 0,
  burn = 0,
  heartbeat,
  stallLimit,
  cron,
  undecorated,
  http = true,
} = settings;

/** The elected workers. How many there are is a setting, so their methods are decorated in a loop instead of by `@`. */
@Injectable()
class Fleet {
  private reported = new Set<number>();

  async iterate(iteration: Iteration): Promise<void> {
    const { worker, fencingToken: token, signal } = iteration;
    const due = iteration.scheduledAt.getTime();
    report({ event: 'start', at: timestamp(), worker, token, due });
    this.reportAbort(token, signal);
    if (burn > 0) {
      block(burn);
      iteration.assertLeader();
    }
    if (work > 0) await new Promise((resolve) => setTimeout(resolve, work));
    report({ event: 'end', at: timestamp(), worker, token, due });
  }

  private reportAbort(token: number, signal: AbortSignal): void {
    if (this.reported.has(token)) return;
    this.reported.add(token);
    signal.addEventListener('abort', () => {
      report({
        event: 'abort',
        at: timestamp(),
        token,
        reason: (signal.reason as { reason?: string }).reason ?? '',
      });
    });
  }
}

function addWorker(method: string, schedule: MethodDecorator): void {
  const value = function (this: Fleet, iteration: Iteration) {
    return this.iterate(iteration);
  };
  Object.defineProperty(Fleet.prototype, method, { value });
  schedule(Fleet.prototype, method, { value });
}

for (let i = 0; i < workers; i++) addWorker(`worker${i}`, Interval(`worker-${i}`, every));
if (cron) addWorker('cron', Cron(cron, { name: 'cron' }));
LeaderElected(LEASE_KEY)(Fleet);

/** What @nestjs/schedule goes on running on every replica. */
@Injectable()
class Everywhere {
  @Interval(undecorated ?? 2 ** 30)
  tick(): void {
    if (undecorated) report({ event: 'undecorated', at: timestamp() });
  }
}

/** The renew deadline counts from when a command was sent that has been confirmed. */
function reportConfirmed({ sentAt, outcome, token }: ObservedCommand): void {
  if (token !== undefined && (outcome === 'acquired' || outcome === 'renewed'))
    report({ event: 'confirmed', at: sentAt, token });
}

function observedStore(redis: string): ObservedLeaseStore {
  const store = new RedisLeaseStore({ redis, commandTimeout: Math.min(ttl / 10, 3_000) });
  return new ObservedLeaseStore(store, timestamp, reportConfirmed);
}

/** The thread makes a store of its own, which nobody can watch. */
const thread = { heartbeat, ...(stallLimit === undefined ? {} : { stallLimit }) };
const leases =
  typeof redis !== 'string'
    ? { store: redlockStore(redis), ...thread }
    : heartbeat === 'thread'
      ? { redis, ...thread }
      : { store: observedStore(redis) };

@Module({
  imports: [
    ScheduleModule.forRoot(),
    BackgroundServicesModule.forRoot({ ...leases, lease: { ttl }, shutdown: { drainTimeout } }),
  ],
  providers: [Fleet, Everywhere],
})
class ReplicaModule {}

// Blocks the event loop for one and a half TTLs, on a signal that Nest does not take for a shutdown.
process.on('SIGWINCH', () => {
  block(1.5 * ttl);
  report({ event: 'blocked', at: timestamp() });
});

function block(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

const logger: LogLevel[] = ['error', 'warn'];

async function listening() {
  const app = await NestFactory.create(ReplicaModule, { logger });
  await app.listen(0, '127.0.0.1');
  return app;
}

const app = await (http ? listening() : NestFactory.createApplicationContext(ReplicaModule, { logger }));
app.enableShutdownHooks();
// A signal that neither Nest nor node takes for anything.
process.on('SIGURG', () => {
  void app
    .get(FleetStatus)
    .view()
    .then((view) => report({ event: 'view', at: timestamp(), view: view as unknown as Told<FleetView> }));
});
report({ event: 'up', at: timestamp(), instance: app.get(BackgroundServiceManager).instanceId });
