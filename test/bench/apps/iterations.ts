import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type * as Library from 'nestjs-background-services';
import { report } from '../../e2e/replica/report.js';
import { until } from '../../support/until.js';
import { median } from '../support/statistics.js';
import type { IterationsEvent, IterationsSettings } from './iterations-settings.js';

const settings = JSON.parse(process.env.APP ?? '{}') as IterationsSettings;
const { library = 'nestjs-background-services', batch, batches } = settings;
const { BackgroundServiceManager, BackgroundServicesModule, currentIteration } = (await import(
  library
)) as typeof Library;

@Module({ imports: [BackgroundServicesModule.forRoot()] })
class IterationsModule {}

// Leadership gate, circuit breaker, statistics, context and signal, and the manager's call around it.
const app = await NestFactory.createApplicationContext(IterationsModule, { logger: false });
const manager = app.get(BackgroundServiceManager);
let seen = 0;
const work = async () => {
  if (currentIteration()) seen++;
};
manager.register({ name: 'noop', key: 'bench', schedule: { every: 2 ** 30 }, run: work });
await until(() => manager.isLeader('bench'), { what: 'leadership' });

const bare: number[] = [];
const iterations: number[] = [];
for (let i = 0; i < batches; i++) {
  bare.push(await perCall(work));
  iterations.push(await perCall(() => manager.trigger('noop')));
}
await app.close();
if (seen !== batch * batches) throw new Error(`${batch * batches} iterations were asked for, ${seen} ran`);
report<IterationsEvent>({ event: 'measured', bare: median(bare), iteration: median(iterations) });

async function perCall(call: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < batch; i++) await call();
  return ((performance.now() - start) * 1_000) / batch;
}
