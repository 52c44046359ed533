import { readFileSync } from 'node:fs';
import { setTimeout as pass } from 'node:timers/promises';
import { Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Interval, ScheduleModule } from '@nestjs/schedule';
import type * as Library from 'nestjs-background-services';
import { report, timestamp } from '../../e2e/replica/report.js';
import { until } from '../../support/until.js';
import type { WorkersEvent, WorkersSettings } from './workers-settings.js';

const METHODS_PER_CLASS = 10;

const settings = JSON.parse(process.env.APP ?? '{}') as WorkersSettings;
const { driver, workers, driven = workers, every, keys = 'one', redis, sampleEvery = Infinity } = settings;

let iterations = 0;
function work(): void {
  iterations++;
  if (iterations % sampleEvery === 0) void sample();
}

const startedAt = performance.now();
const library =
  driver === 'elected'
    ? ((await import(settings.library ?? 'nestjs-background-services')) as typeof Library)
    : undefined;

function elect(index: number): MethodDecorator & ClassDecorator {
  return library!.LeaderElected(keys === 'one' ? 'workers' : `worker-${index}`);
}

/** Ten workers a class, decorated in loops because their number is a setting. */
function workerClass(first: number, count: number): Type {
  class Workers {}
  for (let i = first; i < first + count; i++) {
    const descriptor = { value: () => work() };
    Object.defineProperty(Workers.prototype, `worker${i}`, descriptor);
    if (i >= driven || driver === 'none' || driver === 'timers') continue;
    Interval(`worker-${i}`, every)(Workers.prototype, `worker${i}`, descriptor);
    if (library) elect(i)(Workers.prototype, `worker${i}`, descriptor);
  }
  return Workers;
}

const classes: Type[] = [];
for (let first = 0; first < workers; first += METHODS_PER_CLASS) {
  classes.push(workerClass(first, Math.min(METHODS_PER_CLASS, workers - first)));
}

@Module({
  imports: [
    ScheduleModule.forRoot(),
    ...(library ? [library.BackgroundServicesModule.forRoot({ ...(redis ? { redis } : {}) })] : []),
  ],
  providers: classes,
})
class WorkersModule {}

const app = await NestFactory.createApplicationContext(WorkersModule, { logger: ['error', 'warn'] });
report<WorkersEvent>({ event: 'booted', took: performance.now() - startedAt });
process.on('SIGUSR2', () => void sample());

if (driver === 'timers') for (let i = 0; i < driven; i++) setInterval(work, every);
if (library) {
  const manager = app.get(library.BackgroundServiceManager);
  await until(() => manager.list().every(({ role }) => role === 'leader'), {
    what: 'all workers to be led here',
    every: 100,
  });
}
report<WorkersEvent>({ event: 'running' });
// Without a driver nothing else keeps the process.
setInterval(() => {}, 2 ** 30);

async function sample(): Promise<void> {
  const taken = iterations;
  const heap = globalThis.gc ? await heapInUse() : 0;
  const { active } = performance.eventLoopUtilization();
  const { user, system } = process.cpuUsage();
  report<WorkersEvent>({
    event: 'sample',
    at: timestamp(),
    iterations: taken,
    active,
    mainThread: timeOnProcessor() ?? active,
    allThreads: (user + system) / 1_000,
    heap,
  });
}

/** The least of some readings: what a renewal carries, and what an iteration has under way, is in memory at one of them and gone at the next. */
async function heapInUse(): Promise<number> {
  let least = Infinity;
  for (let reading = 0; reading < 5; reading += 1) {
    await pass(30);
    globalThis.gc?.();
    const { heapUsed, external } = process.memoryUsage();
    least = Math.min(least, heapUsed + external);
  }
  return least;
}

/** Of the main thread, milliseconds, where Linux tells. */
function timeOnProcessor(): number | undefined {
  try {
    return Number(readFileSync('/proc/self/schedstat', 'utf8').split(' ')[0]) / 1_000_000;
  } catch {
    return undefined;
  }
}
