// What every peer's replica shares: its settings, what it reports, and an app with one @Interval method a worker.
import 'reflect-metadata';
import console from 'node:console';
import { writeSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { setTimeout as pass } from 'node:timers/promises';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Interval, ScheduleModule } from '@nestjs/schedule';

/** `{ redis, workers, every, work }`, milliseconds. */
export const settings = JSON.parse(process.env.REPLICA);

export const workers = Array.from({ length: settings.workers }, (_, i) => `worker-${i}`);

export function report(event) {
  writeSync(1, `${JSON.stringify({ at: performance.timeOrigin + performance.now(), ...event })}\n`);
}

/** One run of a worker. */
export async function run(worker) {
  report({ event: 'start', worker });
  await pass(settings.work);
}

/** A lock that another replica has is no error here; anything else is shown. */
function showUnlessLocked(error) {
  const isLocked = /ExecutionError|ResourceLockedError|LockAcquisitionError/.test(error.name);
  if (!isLocked && !error.message.startsWith('Failed to acquire lock')) console.error(error);
}

/**
 * A Nest app whose workers are @Interval methods, as an app has them before it comes to several replicas.
 *
 * @param tick what one tick of a worker does
 * @param decorate puts a peer's decorator on the method: called with worker, descriptor and prototype, returns the descriptor
 */
export async function startApp({ imports = [], tick, decorate = (_worker, descriptor) => descriptor }) {
  class Workers {}
  for (const worker of workers) {
    const { value } = decorate(worker, { value: () => tick(worker) }, Workers.prototype);
    // Timers do not wait for a tick, so nobody else hears of what goes wrong in it.
    const descriptor = {
      value() {
        return value.call(this).catch(showUnlessLocked);
      },
    };
    Object.defineProperty(Workers.prototype, worker, descriptor);
    Interval(worker, settings.every)(Workers.prototype, worker, descriptor);
  }
  class App {}
  Module({ imports: [ScheduleModule.forRoot(), ...imports], providers: [Workers] })(App);
  const app = await NestFactory.createApplicationContext(App, { logger: ['error', 'warn'] });
  report({ event: 'up' });
  return app;
}
