import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  BackgroundServiceManager,
  BackgroundServicesModule,
  currentIteration,
} from 'nestjs-background-services';
import { startProcess } from '../support/processes.js';
import { RedisServer } from '../support/redis-server.js';
import { until } from '../support/until.js';
import type { Benchmark } from './benchmark.js';
import { peerProgram, peerVersion } from './support/peers.js';
import { median } from './support/statistics.js';

// Short batches: one that the machine interrupts is an outlier, and the median does not see it.
const BATCH = 100;
const BATCHES = 4_000;

@Module({ imports: [BackgroundServicesModule.forRoot()] })
class BenchModule {}

/** Microseconds a call, of each side of one process. */
type PeerFigures = Readonly<Record<'bare' | 'cockatiel' | 'opossum' | 'redlock' | 'bullmq', number>>;

export const overhead: Benchmark = {
  name: 'overhead',
  title: `What one run costs on top of the work itself (an empty async function), as medians of ${BATCHES} batches of ${BATCH}; bare calls take turns with the others, batch by batch.`,

  async run() {
    const ours = await measureOurs();
    const theirs = await measurePeers();
    const row = (label: string, does: string, figure: number, bare: number) => [
      label,
      does,
      figure - bare,
      `${(figure / bare).toFixed(figure / bare < 100 ? 1 : 0)} ×`,
    ];
    return {
      tables: [
        {
          columns: ['', 'what it does for it', 'µs on top of the call', 'against a bare await'],
          rows: [
            row(
              'nestjs-background-services',
              'leadership gate, circuit breaker, statistics, context, signal',
              ours.iteration,
              ours.bare,
            ),
            row(await peerVersion('cockatiel'), 'circuit breaker', theirs.cockatiel, theirs.bare),
            row(await peerVersion('opossum'), 'circuit breaker, statistics', theirs.opossum, theirs.bare),
            row(
              await peerVersion('redlock'),
              '`using()`: a lock in Redis for this run',
              theirs.redlock,
              theirs.bare,
            ),
            row(await peerVersion('bullmq'), 'one job from a full queue', theirs.bullmq, theirs.bare),
          ],
        },
      ],
      goals: [{ name: 'overhead per iteration', figure: ours.iteration - ours.bare, unit: 'µs', atMost: 5 }],
    };
  },
};

/** Leadership gate, circuit breaker, statistics, context and signal, and the manager's call around it. */
async function measureOurs() {
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
  return { bare: median(bare), iteration: median(iterations) };
}

async function measurePeers(): Promise<PeerFigures> {
  const redis = await RedisServer.start();
  const settings = { redis: redis.url, batch: BATCH, batches: BATCHES };
  const peers = await startProcess(process.execPath, [await peerProgram('overhead')], {
    env: { REPLICA: JSON.stringify(settings) },
  });
  const [line] = await peers.waitForLine(/^\{.*\}$/, 120_000);
  await peers.exited;
  await redis.stop();
  return JSON.parse(line) as PeerFigures;
}

async function perCall(call: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < BATCH; i++) await call();
  return ((performance.now() - start) * 1_000) / BATCH;
}
