import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  BackgroundServiceManager,
  BackgroundServicesModule,
  currentIteration,
} from 'nestjs-background-services';
import { until } from '../support/until.js';
import type { Goal } from '../support/goal.js';

// Short batches: one that the machine interrupts is an outlier, and the median does not see it.
const BATCH = 100;
const BATCHES = 4_000;

@Module({ imports: [BackgroundServicesModule.forRoot()] })
class BenchModule {}

/**
 * What one iteration costs on top of the work itself: leadership gate, circuit breaker, statistics, context and signal, and the manager's
 * call around it. Bare calls and iterations take turns, batch by batch, so that both see the same machine.
 */
export async function overhead(): Promise<readonly Goal[]> {
  const app = await NestFactory.createApplicationContext(BenchModule, { logger: false });
  const manager = app.get(BackgroundServiceManager);
  let seen = 0;
  const work = async () => {
    if (currentIteration()) seen++;
  };
  manager.register({ name: 'noop', key: 'bench', schedule: { every: 2 ** 30 }, run: work });
  await until(() => manager.isLeader('bench'), { what: 'leadership' });

  const bare: number[] = [];
  const iterations: number[] = [];
  for (let batch = 0; batch < BATCHES; batch++) {
    bare.push(await perCall(work));
    iterations.push(await perCall(() => manager.trigger('noop')));
  }
  await app.close();
  if (seen !== BATCH * BATCHES) throw new Error(`${BATCH * BATCHES} iterations were asked for, ${seen} ran`);
  const [call, iteration] = [median(bare), median(iterations)];
  console.log(
    `bare await ${call.toFixed(2)} µs, iteration ${iteration.toFixed(2)} µs (medians of ${BATCHES} batches of ${BATCH})`,
  );
  return [{ name: 'overhead per iteration', figure: iteration - call, unit: 'µs', atMost: 5 }];
}

async function perCall(call: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < BATCH; i++) await call();
  return ((performance.now() - start) * 1_000) / BATCH;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
