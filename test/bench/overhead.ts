import { startProcess } from '../support/processes.js';
import { RedisServer } from '../support/redis-server.js';
import type { IterationsEvent, IterationsSettings } from './apps/iterations-settings.js';
import type { Benchmark } from './benchmark.js';
import { MeasuredApp } from './support/measured-app.js';
import { peerProgram, peerVersion } from './support/peers.js';

// Short batches: one that the machine interrupts is an outlier, and the median does not see it.
const BATCH = 100;
const BATCHES = 4_000;

/** Microseconds a call, of each side of one process. */
type PeerFigures = Readonly<Record<'bare' | 'cockatiel' | 'opossum' | 'redlock' | 'bullmq', number>>;

export const overhead: Benchmark = {
  name: 'overhead',
  title: `What one run costs on top of the work itself (an empty async function), as medians of ${BATCHES} batches of ${BATCH}; bare calls take turns with the others, batch by batch.`,

  async run() {
    const ours = await measureIterations();
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

/** Microseconds a call, measured in a process of its own. */
export async function measureIterations(library?: string) {
  const settings: IterationsSettings = { ...(library ? { library } : {}), batch: BATCH, batches: BATCHES };
  const app = await MeasuredApp.start<IterationsEvent>('iterations', settings);
  return app.next('measured');
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
