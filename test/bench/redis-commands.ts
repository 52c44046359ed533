import { setTimeout as pass } from 'node:timers/promises';
import { Fleet, type Program } from '../e2e/replica/fleet.js';
import { RedisServer } from '../support/redis-server.js';
import { until } from '../support/until.js';
import type { Benchmark } from './benchmark.js';
import { peerProgram, peerVersion } from './support/peers.js';
import { programPath } from './support/programs.js';

const REPLICAS = 3;
const WORKERS = 20;
const EVERY = 1_000;
/** How long one run takes: short, as polling jobs are, but not nothing. */
const WORK = 10;

interface Side {
  readonly package: string;
  readonly setup: string;
  /** Name of its program in `peers/`. */
  readonly program: string;
}

const peers: readonly Side[] = [
  { package: 'bullmq', setup: 'a job scheduler per worker, one Worker per replica', program: 'bullmq' },
  { package: 'redlock', setup: '`using()` around each tick', program: 'redlock' },
  { package: 'redlock-universal', setup: '`using()` around each tick', program: 'redlock-universal' },
  { package: '@anchan828/nest-redlock', setup: '`@Redlock` on each method', program: 'nest-redlock' },
  { package: '@nestjs-redis/lock', setup: '`@Redlock` on each method', program: 'nestjs-redis-lock' },
];

/** Long enough for several renewals; what works per tick shows within seconds. */
const [OUR_WINDOW, PEER_WINDOW] = [40_000, 15_000];

interface Observation {
  readonly commandsPerSecond: number;
  readonly runsPerInterval: number;
}

export const redisCommands: Benchmark = {
  name: 'redis-commands',
  title: `${WORKERS} workers at ${EVERY} ms on ${REPLICAS} replicas: Redis commands a second as INFO commandstats counts them, those inside scripts included, and runs per worker and interval in the whole fleet. A run takes ${WORK} ms.`,

  async run() {
    const ours = await observe([await programPath('e2e/replica/main.ts')], OUR_WINDOW);
    const theirs = [];
    for (const peer of peers) {
      const program = await peerProgram(peer.program);
      theirs.push({
        label: await peerVersion(peer.package),
        setup: peer.setup,
        ...(await observe([program], PEER_WINDOW)),
      });
    }
    const ratio = (side: Observation) => side.commandsPerSecond / ours.commandsPerSecond;
    const own = { label: 'nestjs-background-services', setup: 'a lease, `@LeaderElected`', ...ours };
    const bullmq = theirs[0]!;
    return {
      tables: [
        {
          columns: ['', 'set up as', 'commands/s', 'runs per interval', 'commands against ours'],
          rows: [
            ...[own, ...theirs].map((side) => [
              side.label,
              side.setup,
              side.commandsPerSecond,
              side.runsPerInterval,
              `${ratio(side).toFixed(0)} ×`,
            ]),
            [
              '@nestjs-redis/schedule',
              'not measured: the registry did not have it. By its README `@Interval` runs on every replica, only `@Cron` is shared',
              'n/a',
              'n/a',
              'n/a',
            ],
          ],
        },
      ],
      goals: [
        {
          name: "share of BullMQ job schedulers' Redis commands",
          figure: ours.commandsPerSecond / bullmq.commandsPerSecond,
          atMost: 1 / 200,
        },
        {
          name: 'runs per interval, furthest from 1',
          figure: Math.abs(ours.runsPerInterval - 1),
          atMost: 0.03,
        },
      ],
      charts: [
        {
          kind: 'log-bars',
          file: 'benchmarks',
          title: `Redis commands a second, ${WORKERS} workers at ${EVERY / 1_000} s on ${REPLICAS} replicas (logarithmic)`,
          bars: [own, ...theirs].map((side) => ({
            label: side.label,
            value: side.commandsPerSecond,
            ours: side === own,
          })),
        },
      ],
    };
  },
};

/** Lets three replicas run on a Redis of their own, and counts from when every worker has run a few times. */
async function observe(program: Program, window: number): Promise<Observation> {
  const redis = await RedisServer.start();
  const settings = { redis: redis.url, workers: WORKERS, every: EVERY, work: WORK };
  const fleet = await Fleet.start(REPLICAS, settings, program);
  await until(() => fleet.starts().length >= 3 * WORKERS, {
    what: 'every worker to run a few times',
    timeout: 60_000,
  });
  await redis.resetCommandStats();
  const from = performance.timeOrigin + performance.now();
  await pass(window);
  const { total, calls } = await redis.commandStats();
  const to = performance.timeOrigin + performance.now();
  const runs = fleet.starts().filter(({ at }) => at > from && at <= to).length;
  await fleet.stop();
  await redis.stop();
  return {
    commandsPerSecond: (total - (calls['config|resetstat'] ?? 0)) / ((to - from) / 1_000),
    runsPerInterval: runs / WORKERS / ((to - from) / EVERY),
  };
}
