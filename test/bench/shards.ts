import { setTimeout as pass } from 'node:timers/promises';
import { RedisServer } from '../support/redis-server.js';
import { until } from '../support/until.js';
import type { ShardsEvent, ShardsSettings } from './apps/shards-settings.js';
import type { Benchmark } from './benchmark.js';
import { Fleet } from '../e2e/replica/fleet.js';
import { mainFile, OTHER_BUILD } from './support/builds.js';
import { MeasuredApp } from './support/measured-app.js';
import { peerProgram, peerVersion } from './support/peers.js';
import { median } from './support/statistics.js';

const BUSY = { shards: 64, every: 50, burn: 2_000_000, window: 8_000, rounds: 5 };
const WIDE = { shards: 10_000, replicas: 50, processes: 5, every: 5_000, window: 30_000 };
/** Of the default lease: what a replica holds is renewed so often. */
const ROUND = 10_000;
const BULLMQ = { schedulers: 500, replicas: 2, window: 20_000 };

type App = MeasuredApp<ShardsEvent>;

/** What Redis had to do while the same work was done. */
interface Load {
  readonly label: string;
  readonly commands: number;
  /** ms of the processor, per round of renewals; of an idle server nothing. */
  readonly processor: number;
  readonly runs: number;
}

export const shards: Benchmark = {
  name: 'shards',
  title: `${BUSY.shards} shards of work for the processor on one process and on two, in turn; and ${WIDE.shards} shards on ${WIDE.replicas} replicas in ${WIDE.processes} processes, each shard run every ${WIDE.every / 1_000} s: what one Redis has to do, commands inside scripts included. With \`BENCH_OTHER_BUILD\` another build does the same with a lease for each, of which one replica and one standby are measured, and the others counted as that standby; BullMQ does it with ${BULLMQ.schedulers} job schedulers.`,

  async run() {
    const [one, two] = await busy();
    const ours = await wide();
    const before = OTHER_BUILD ? await leases(mainFile(OTHER_BUILD)) : undefined;
    const bullmq = await schedulers();
    const loads = [ours, ...(before ? [before] : []), bullmq];
    return {
      tables: [
        {
          columns: ['processes', 'runs/s, median', 'of one'],
          rows: [
            [1, one, 1],
            [2, two, two / one],
          ],
        },
        {
          columns: [
            ...['', 'Redis commands/s', `Redis ms a ${ROUND / 1_000} s`, 'runs per interval'],
            'commands against ours',
          ],
          rows: loads.map(({ label, commands, processor, runs }) => [
            ...[label, commands, processor, runs],
            `${(commands / ours.commands).toFixed(0)} ×`,
          ]),
        },
      ],
      goals: [
        {
          name: `${BUSY.shards} busy shards on two processes, against one`,
          figure: two / one,
          atLeast: 1.8,
        },
        ...(before
          ? [
              {
                name: `Redis commands of ${WIDE.shards} shards, against a lease each with the other build`,
                figure: ours.commands / before.commands,
                atMost: 1 / 50,
              },
            ]
          : []),
        {
          name: `Redis processor time of a round of renewals with statuses`,
          figure: ours.processor,
          unit: 'ms',
          atMost: 15,
        },
        {
          name: `Redis commands of ${WIDE.shards} shards, against job schedulers of BullMQ`,
          figure: ours.commands / bullmq.commands,
          atMost: 1 / 1_000,
        },
        { name: 'runs per interval, furthest from 1', figure: Math.abs(ours.runs - 1), atMost: 0.01 },
      ],
      charts: [
        {
          kind: 'log-bars',
          file: 'shards',
          title: `Redis commands a second for ${WIDE.shards} pieces of work each ${WIDE.every / 1_000} s (logarithmic)`,
          bars: loads.map((load) => ({ label: load.label, value: load.commands, ours: load === ours })),
        },
      ],
    };
  },
};

/** Runs a second of one process and of two, medians of rounds that take turns. */
async function busy(): Promise<readonly [number, number]> {
  const rates: [number[], number[]] = [[], []];
  const redis = await RedisServer.start();
  for (let round = 0; round < BUSY.rounds; round += 1) {
    for (const processes of [1, 2] as const) {
      const apps = await startAll(processes, {
        ...{ redis: redis.url, replicas: 1, fleet: processes, kind: 'shards', count: BUSY.shards },
        ...{ every: BUSY.every, burn: BUSY.burn },
      });
      const { before, after, seconds } = await observe(apps, BUSY.window);
      rates[processes - 1]!.push((after.runs - before.runs) / seconds);
      await Promise.all(apps.map((app) => app.stop()));
    }
  }
  await redis.stop();
  return [median(rates[0]), median(rates[1])];
}

/** All shards, dealt out over all replicas. */
async function wide(): Promise<Load> {
  const redis = await RedisServer.start();
  const apps = await startAll(WIDE.processes, {
    ...{ redis: redis.url, replicas: WIDE.replicas / WIDE.processes, fleet: WIDE.replicas },
    ...{ kind: 'shards', count: WIDE.shards, every: WIDE.every },
  });
  const load = await loadOf(`${WIDE.shards} shards on ${WIDE.replicas} replicas`, redis, apps);
  await Promise.all(apps.map((app) => app.kill()));
  await redis.stop();
  return load;
}

/**
 * A lease for each piece of work on as many replicas: one leads everything, as that build has it, and one standby is measured beside it. Each further
 * standby is counted as that one: fifty of them would need more than this machine.
 */
async function leases(library: string): Promise<Load> {
  const settings = {
    ...{ replicas: 1, fleet: 1, library },
    ...({ kind: 'leases', count: WIDE.shards, every: WIDE.every } as const),
  };
  const redis = await RedisServer.start();
  const [leader] = await startAll(1, { ...settings, redis: redis.url });
  const alone = await loadOf('', redis, [leader!]);
  const [standby] = await startAll(1, { ...settings, redis: redis.url, isStandby: true });
  const both = await loadOf('', redis, [leader!, standby!]);
  await Promise.all([leader!.kill(), standby!.kill()]);
  await redis.stop();
  const all = (of: (load: Load) => number) => of(alone) + (of(both) - of(alone)) * (WIDE.replicas - 1);
  return {
    label: `the other build, ${WIDE.shards} leases on ${WIDE.replicas} replicas`,
    commands: all(({ commands }) => commands),
    processor: all(({ processor }) => processor),
    runs: both.runs,
  };
}

async function loadOf(label: string, redis: RedisServer, apps: readonly App[]): Promise<Load> {
  const idle = await idleTime();
  // What follows the election is over: first looks at the fleet, first statuses.
  await Promise.all(apps.map((app) => app.ask('SIGUSR2', 'counts')));
  await pass(2 * ROUND);
  await redis.resetCommandStats();
  const from = await redis.processorTime();
  const { before, after, seconds } = await observe(apps, WIDE.window);
  const spent = (await redis.processorTime()) - from;
  const { total, calls } = await redis.commandStats();
  return {
    label,
    commands: (total - (calls['config|resetstat'] ?? 0) - (calls['info'] ?? 0)) / seconds,
    processor: (spent / seconds - idle) * (ROUND / 1_000),
    runs: (after.runs - before.runs) / WIDE.shards / ((seconds * 1_000) / WIDE.every),
  };
}

/** BullMQ with as many schedulers as it takes well, and what all would cost. */
async function schedulers(): Promise<Load> {
  const factor = WIDE.shards / BULLMQ.schedulers;
  const program = [await peerProgram('bullmq')];
  const redis = await RedisServer.start();
  const settings = { redis: redis.url, workers: BULLMQ.schedulers, every: WIDE.every, work: 0 };
  const fleet = await Fleet.start(BULLMQ.replicas, settings, program);
  await until(() => fleet.starts().length >= 2 * BULLMQ.schedulers, {
    what: 'every scheduler to run twice',
    timeout: 60_000,
  });
  const idle = await idleTime();
  await redis.resetCommandStats();
  const [from, startedAt] = [await redis.processorTime(), performance.now()];
  const already = fleet.starts().length;
  await pass(BULLMQ.window);
  const seconds = (performance.now() - startedAt) / 1_000;
  const runs = fleet.starts().length - already;
  const spent = (await redis.processorTime()) - from;
  const { total } = await redis.commandStats();
  await fleet.stop();
  await redis.stop();
  return {
    label: `${await peerVersion('bullmq')}, ${WIDE.shards} schedulers (${BULLMQ.schedulers} × ${factor})`,
    commands: (total / seconds) * factor,
    processor: (spent / seconds - idle) * (ROUND / 1_000) * factor,
    runs: runs / BULLMQ.schedulers / ((seconds * 1_000) / WIDE.every),
  };
}

async function startAll(processes: number, settings: Omit<ShardsSettings, 'first'>): Promise<readonly App[]> {
  const apps = await Promise.all(
    Array.from({ length: processes }, (_, i) => {
      const all: ShardsSettings = { ...settings, first: i * settings.replicas };
      return MeasuredApp.start<ShardsEvent>('shards', all);
    }),
  );
  await Promise.all(apps.map((app) => app.next('leading', { timeout: 360_000 })));
  return apps;
}

async function observe(apps: readonly App[], window: number) {
  const before = await countsOf(apps);
  const startedAt = performance.now();
  await pass(window);
  const after = await countsOf(apps);
  return { before, after, seconds: (performance.now() - startedAt) / 1_000 };
}

async function countsOf(apps: readonly App[]) {
  const all = await Promise.all(apps.map((app) => app.ask('SIGUSR2', 'counts')));
  return {
    runs: all.reduce((sum, { runs }) => sum + runs, 0),
    lost: all.reduce((sum, { lost }) => sum + lost, 0),
    led: all.flatMap(({ led }) => led),
  };
}

/** What a server takes that nobody uses, ms of the processor a second. */
async function idleTime(): Promise<number> {
  const redis = await RedisServer.start();
  const from = await redis.processorTime();
  await pass(5_000);
  const spent = (await redis.processorTime()) - from;
  await redis.stop();
  return spent / 5;
}
