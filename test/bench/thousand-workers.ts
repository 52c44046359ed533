import { setTimeout as pass } from 'node:timers/promises';
import { RedisServer } from '../support/redis-server.js';
import type { WorkersEvent, WorkersSettings } from './apps/workers-settings.js';
import type { Benchmark } from './benchmark.js';
import { MeasuredApp } from './support/measured-app.js';

/** Two renewals of the default lease … */
const WINDOW = 20_000;
/** … of which none is near an edge of the window. */
const LEAD_IN = 5_000;
const RENEWALS = 2;
/** The same for bare timers, which are the same at all times. */
const TIMERS = [2_000, 8_000] as const;

interface Observation {
  readonly label: string;
  readonly workers: number;
  readonly every: number;
  readonly iterationsPerSecond: number;
  /** Shares of one core. */
  readonly eventLoop: number;
  readonly mainThread: number;
  readonly allThreads: number;
  /** To `mainThread`, on top of the bare timers. */
  readonly added: number;
  readonly commandsPerSecond: number;
  readonly scriptCallsPerRenewal: number;
}

const labels = { timers: 'bare timers', one: 'one lease for all', each: 'a lease for each' } as const;

/** What is run, in this order; each number of workers and interval against bare timers. */
const loads = [
  { workers: 1_000, every: 1_000, keys: ['one', 'each'] },
  { workers: 20, every: 100, keys: ['one'] },
  { workers: 1_000, every: 100, keys: ['one', 'each'] },
] as const;

export const thousandWorkers: Benchmark = {
  name: 'thousand-workers',
  title: `Empty workers on one replica with the default lease, against the same app with as many bare \`setInterval\` calls, over ${WINDOW / 1_000} s with ${RENEWALS} renewals, in shares of one core. An event loop counts as active while other programs have its processor, too; what its thread really ran is what is compared.`,

  async run() {
    const observations: Observation[] = [];
    for (const { workers, every, keys } of loads) {
      const timers = await observe({ driver: 'timers', workers, every }, labels.timers);
      observations.push(timers);
      for (const key of keys) {
        const side = await observe({ driver: 'elected', keys: key, workers, every }, labels[key]);
        observations.push({ ...side, added: side.mainThread - timers.mainThread });
      }
    }
    const elected = observations.filter(({ label }) => label !== labels.timers);
    const find = (label: string, workers: number, every: number) =>
      elected.find((side) => side.label === label && side.workers === workers && side.every === every)!;
    const busy = (name: string, side: Observation) => ({
      name: `event loop busy from the library, ${name}`,
      figure: 100 * side.added,
      unit: '%',
      atMost: 2,
    });
    const [slow, fast] = [find(labels.one, 1_000, 1_000), find(labels.one, 1_000, 100)];
    return {
      tables: [
        {
          columns: [
            'driven by',
            'workers',
            'every, ms',
            'iterations/s',
            'event loop active, %',
            'its thread on a processor, %',
            'all threads, %',
            'commands/s',
            'script calls per renewal',
          ],
          rows: observations.map((side) => [
            side.label,
            side.workers,
            side.every,
            Math.round(side.iterationsPerSecond),
            100 * side.eventLoop,
            100 * side.mainThread,
            100 * side.allThreads,
            side.commandsPerSecond,
            side.scriptCallsPerRenewal,
          ]),
        },
        {
          columns: ['', 'workers', 'every, ms', 'added to the event loop, %', 'per iteration, µs'],
          rows: elected.map((side) => [
            side.label,
            side.workers,
            side.every,
            100 * side.added,
            (side.added * 1_000_000) / side.iterationsPerSecond,
          ]),
        },
      ],
      goals: [
        busy('1,000 workers of one lease at 1 s', slow),
        busy('1,000 workers with a lease each at 1 s', find(labels.each, 1_000, 1_000)),
        busy('20 workers at 100 ms', find(labels.one, 20, 100)),
        {
          name: 'Redis commands of 1,000 workers at 100 ms against at 1 s',
          figure: fast.commandsPerSecond / slow.commandsPerSecond,
          atMost: 1.05,
        },
        {
          name: 'script calls per renewal, 1,000 workers of one lease',
          figure: Math.max(slow.scriptCallsPerRenewal, fast.scriptCallsPerRenewal),
          atMost: 1,
        },
        {
          name: 'script calls per renewal of 1,000 leases, sent at once',
          figure: Math.max(...elected.map(({ scriptCallsPerRenewal }) => scriptCallsPerRenewal)),
          atMost: 4,
        },
      ],
    };
  },
};

async function observe(
  settings: Pick<WorkersSettings, 'driver' | 'keys' | 'workers' | 'every'>,
  label: string,
): Promise<Observation> {
  const redis = await RedisServer.start();
  const app = await MeasuredApp.start<WorkersEvent>('workers', {
    ...settings,
    redis: redis.url,
  });
  await app.next('running');
  const [leadIn, window] = settings.driver === 'timers' ? TIMERS : [LEAD_IN, WINDOW];
  await pass(leadIn);
  await redis.resetCommandStats();
  const before = await app.ask('SIGUSR2', 'sample');
  await pass(window);
  const after = await app.ask('SIGUSR2', 'sample');
  const { total, calls } = await redis.commandStats();
  await app.kill();
  await redis.stop();
  const elapsed = after.at - before.at;
  const scripts = (calls['evalsha'] ?? 0) + (calls['eval'] ?? 0);
  return {
    label,
    workers: settings.workers,
    every: settings.every,
    iterationsPerSecond: (after.iterations - before.iterations) / (elapsed / 1_000),
    eventLoop: (after.active - before.active) / elapsed,
    mainThread: (after.mainThread - before.mainThread) / elapsed,
    allThreads: (after.allThreads - before.allThreads) / elapsed,
    added: 0,
    commandsPerSecond: (total - (calls['config|resetstat'] ?? 0)) / (elapsed / 1_000),
    scriptCallsPerRenewal: scripts / RENEWALS,
  };
}
