import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type * as Library from 'nestjs-background-services';
import type * as Fleet from 'nestjs-background-services/fleet';
import { report, timestamp } from '../../e2e/replica/report.js';
import { until } from '../../support/until.js';
import type { Order, OrdersEvent, OrdersSettings } from './orders-settings.js';

const settings = JSON.parse(process.env.APP ?? '{}') as OrdersSettings;
const { redis, role, leases, library = 'nestjs-background-services' } = settings;
const { BackgroundEvents, BackgroundServiceManager, BackgroundServicesModule } = (await import(
  library
)) as typeof Library;
const { FleetControl, FleetStatus } = (await import(
  settings.fleet ?? 'nestjs-background-services/fleet'
)) as typeof Fleet;

@Module({ imports: [BackgroundServicesModule.forRoot({ redis, enabled: role === 'leader' })] })
class OrdersModule {}

const app = await NestFactory.createApplicationContext(OrdersModule, { logger: ['error', 'warn'] });
// Without arguments it would take SIGUSR2 for an order to shut down.
app.enableShutdownHooks(['SIGTERM']);
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
const longestWait = () => delay.max / 1e6;

if (role === 'leader') await lead();
else process.on('SIGUSR2', () => void giveOrders());
report<OrdersEvent>({ event: 'ready' });

async function lead(): Promise<void> {
  let lost = 0;
  app.get(BackgroundEvents).onAny((event) => {
    const { type } = event;
    if (type === 'paused' || type === 'resumed')
      report<OrdersEvent>({ event: 'effect', type, target: event.worker, at: timestamp() });
    if (type !== 'revoked') return;
    report<OrdersEvent>({ event: 'effect', type, target: event.key, at: timestamp() });
    lost += 1;
  });
  const manager = app.get(BackgroundServiceManager);
  for (let i = 0; i < leases; i += 1) {
    const run = () => undefined;
    manager.register({ name: `worker-${i}`, key: `bench:${i}`, schedule: { every: 60_000 }, run });
  }
  await until(() => manager.list().every(({ role }) => role === 'leader'), {
    what: 'all workers to be led here',
    every: 500,
    timeout: 60_000,
  });
  process.on('SIGUSR2', () => {
    report<OrdersEvent>({ event: 'account', lost, longestWait: longestWait() });
    lost = 0;
    delay.reset();
  });
}

async function giveOrders(): Promise<void> {
  const control = app.get(FleetControl);
  const reason = { by: 'bench', why: 'to see how long it takes' };
  const orders: Order[] = [];
  const give = async (action: string, order: () => Promise<{ readonly outcome: string }>) => {
    const askedAt = timestamp();
    const { outcome } = await order();
    orders.push({ action, askedAt, answeredAt: timestamp(), outcome });
  };
  for (let i = 0; i < 5; i += 1) {
    const worker = `worker-${i + 100}`;
    await give('pause', () => control.pause(worker, reason));
    await give('resume', () => control.resume(worker, reason));
    await give('trigger', () => control.trigger(worker, reason));
    await give('disable', () => control.disable(`bench:${i + 200}`, { ...reason, duration: 60_000 }));
  }
  delay.reset();
  const startedAt = performance.now();
  const { keys, workers } = await app.get(FleetStatus).viewAnew();
  const view = performance.now() - startedAt;
  report<OrdersEvent>({
    ...{ event: 'done', orders, view, keys: keys.length, workers: workers.length },
    longestWait: longestWait(),
  });
}
