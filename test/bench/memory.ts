import { RedisServer } from '../support/redis-server.js';
import { until } from '../support/until.js';
import type { WorkersEvent, WorkersSettings } from './apps/workers-settings.js';
import type { Benchmark } from './benchmark.js';
import { MeasuredApp } from './support/measured-app.js';

const WORKERS = 1_000;
/** Every worker has run before its heap is looked at. */
const EVERY = 1_000;
const RUNS = 3;
const STEP = 100_000;
/** The first renewal is behind all leases by then, which tells of every worker once; what grows from here on grows for ever. */
const FROM = 600_000;
const TO = FROM + 1_000_000;
const KB = 1_024;
/** Compiled code is on the heap, too, and V8 goes on compiling what runs often for as long as it runs; a leak it is not. */
const INTERPRETED = ['--no-opt', '--no-sparkplug', '--no-lazy-feedback-allocation'];

export const memory: Benchmark = {
  name: 'memory',
  title: `Heap and array buffers after a garbage collection. Per worker: ${WORKERS} elected \`@Interval\` methods on Redis, each of which has run ${RUNS} times, minus the same app and methods without any decorator; the code of library and client is in the difference. Over iterations: the same app with all of them running, as it is, and with V8's compilers off (\`${INTERPRETED.join(' ')}\`): compiled code is on the heap, too, and is made for as long as an app runs; what is left is data, and must not grow. Over a million iterations, once the first renewal (at about 400,000) has told of every worker.`,

  async run() {
    const none = await heapOf({ driver: 'none' });
    const schedule = await heapOf({ driver: 'schedule' });
    const library = await heapOf({ driver: 'elected', driven: 1 });
    const one = await heapOf({ driver: 'elected', keys: 'one' });
    const each = await heapOf({ driver: 'elected', keys: 'each' });
    const perWorker = (heap: number, base = none) => (heap - base) / WORKERS / KB;
    const compiled = await heapOverIterations();
    const growth = await heapOverIterations(INTERPRETED);
    const more = (samples: readonly { readonly heap: number }[], i: number) =>
      (samples[i]!.heap - samples[FROM / STEP - 1]!.heap) / KB;
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
          columns: [
            'iterations',
            `KB more than at ${FROM.toLocaleString('en-US')}`,
            'compilers off: iterations',
            `KB more than at ${FROM.toLocaleString('en-US')}`,
          ],
          rows: growth.map(({ iterations }, i) => [
            compiled[i]!.iterations,
            more(compiled, i),
            iterations,
            more(growth, i),
          ]),
        },
      ],
      goals: [
        { name: 'memory per worker', figure: perWorker(one), unit: 'KB', atMost: 10 },
        ...[
          { label: '', samples: compiled },
          { label: ', compiled code left out', samples: growth },
        ].map(({ label, samples }) => ({
          name: `heap growth from ${FROM.toLocaleString('en-US')} to ${TO.toLocaleString('en-US')} iterations${label}`,
          figure: more(samples, samples.length - 1),
          unit: 'KB',
          atMost: 200,
        })),
      ],
    };
  },
};

/** Bytes, after every worker has run. */
export async function heapOf(
  settings: Pick<WorkersSettings, 'driver' | 'driven' | 'keys' | 'library'>,
): Promise<number> {
  const { app, stop } = await startApp({ ...settings, every: EVERY });
  await app.next('running');
  const runs = settings.driver === 'none' ? 0 : RUNS * (settings.driven ?? WORKERS);
  await until(async () => (await app.ask('SIGUSR2', 'sample')).iterations >= runs, {
    what: 'every worker to run',
    every: EVERY,
    timeout: 60_000,
  });
  const { heap } = await app.ask('SIGUSR2', 'sample');
  await stop();
  return heap;
}

/** A sample every 100,000 iterations of 1,000 workers on their schedules. */
async function heapOverIterations(flags: readonly string[] = []) {
  const { app, stop } = await startApp({ driver: 'elected', every: 20, sampleEvery: STEP }, flags);
  await app.next('sample', { seen: TO / STEP - 1, timeout: 180_000 });
  await stop();
  return app.all('sample').slice(0, TO / STEP);
}

/** On a Redis of its own: an app that was killed still has its leases. */
async function startApp(settings: Omit<WorkersSettings, 'workers'>, flags: readonly string[] = []) {
  const redis = await RedisServer.start();
  const all = { ...settings, workers: WORKERS, redis: redis.url };
  const app = await MeasuredApp.start<WorkersEvent>('workers', all, ['--expose-gc', ...flags]);
  const stop = async () => {
    await app.kill();
    await redis.stop();
  };
  return { app, stop };
}
