import { RedisServer } from '../support/redis-server.js';
import type { WorkersEvent, WorkersSettings } from './apps/workers-settings.js';
import type { Benchmark } from './benchmark.js';
import { MeasuredApp } from './support/measured-app.js';

const WORKERS = 1_000;
const IDLE = 2 ** 30;
const [FIRST, LAST] = [100_000, 1_000_000];
const KB = 1_024;

export const memory: Benchmark = {
  name: 'memory',
  title: `Heap and array buffers after a garbage collection. Per worker: ${WORKERS} elected \`@Interval\` methods, led, on Redis, minus the same app and methods without any decorator; the code of library and client is in the difference. Over iterations: the same app with all of them running.`,

  async run() {
    const redis = await RedisServer.start();
    const none = await heapOf({ driver: 'none', every: IDLE });
    const schedule = await heapOf({ driver: 'schedule', every: IDLE });
    const library = await heapOf({ driver: 'elected', driven: 1, every: IDLE, redis: redis.url });
    const one = await heapOf({ driver: 'elected', keys: 'one', every: IDLE, redis: redis.url });
    const each = await heapOf({ driver: 'elected', keys: 'each', every: IDLE, redis: redis.url });
    const perWorker = (heap: number, base = none) => (heap - base) / WORKERS / KB;
    const growth = await heapOverIterations(redis.url);
    const first = growth[0]!;
    const last = growth.at(-1)!;
    await redis.stop();
    return {
      tables: [
        {
          columns: ['app', 'heap, MB', 'KB per worker against none', 'KB per worker, code left out'],
          rows: [
            ['no decorators', none / KB ** 2, 0, 0],
            ['`@Interval` alone', schedule / KB ** 2, perWorker(schedule), perWorker(schedule)],
            ['one elected worker', library / KB ** 2, 'n/a', 'n/a'],
            ['one lease for all', one / KB ** 2, perWorker(one), perWorker(one, library)],
            ['a lease for each', each / KB ** 2, perWorker(each), perWorker(each, library)],
          ],
        },
        {
          columns: ['iterations', 'heap, MB', 'KB more than at first'],
          rows: growth.map(({ iterations, heap }) => [iterations, heap / KB ** 2, (heap - first.heap) / KB]),
        },
      ],
      goals: [
        { name: 'memory per worker, one lease for all', figure: perWorker(one), unit: 'KB', atMost: 10 },
        { name: 'memory per worker, a lease for each', figure: perWorker(each), unit: 'KB', atMost: 10 },
        {
          name: `heap growth from ${FIRST.toLocaleString('en-US')} to ${LAST.toLocaleString('en-US')} iterations`,
          figure: (last.heap - first.heap) / KB,
          unit: 'KB',
          atMost: 200,
        },
      ],
    };
  },
};

async function heapOf(settings: Omit<WorkersSettings, 'workers'>): Promise<number> {
  const app = await MeasuredApp.start<WorkersEvent>('workers', { ...settings, workers: WORKERS }, [
    '--expose-gc',
  ]);
  await app.next('running');
  // The first collection makes ready what the second one finds.
  await app.ask('SIGUSR2', 'sample');
  const { heap } = await app.ask('SIGUSR2', 'sample');
  await app.kill();
  return heap;
}

/** A sample every 100,000 iterations of 1,000 workers on their schedules. */
async function heapOverIterations(redis: string) {
  const settings = { driver: 'elected', workers: WORKERS, every: 20, redis, sampleEvery: FIRST } as const;
  const app = await MeasuredApp.start<WorkersEvent>('workers', settings, ['--expose-gc']);
  const last = await app.next('sample', { seen: LAST / FIRST - 1, timeout: 180_000 });
  await app.kill();
  return app.all('sample').filter(({ iterations }) => iterations <= last.iterations);
}
