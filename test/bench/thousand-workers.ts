import { setTimeout as pass } from 'node:timers/promises';
import { RedisServer } from '../support/redis-server.js';
import type { WorkersEvent, WorkersSettings } from './apps/workers-settings.js';
import type { Benchmark } from './benchmark.js';
import { MeasuredApp } from './support/measured-app.js';

const WORKERS = 1_000;
/** Two renewals of the default lease … */
const WINDOW = 20_000;
/** … of which none is near an edge of the window. */
const LEAD_IN = 5_000;
const RENEWALS = 2;

interface Observation {
  readonly label: string;
  readonly every: number;
  readonly iterationsPerSecond: number;
  /** Shares of one core. */
  readonly eventLoop: number;
  readonly cpu: number;
  readonly commandsPerSecond: number;
  readonly scriptCallsPerRenewal: number;
}

export const thousandWorkers: Benchmark = {
  name: 'thousand-workers',
  title: `${WORKERS} empty workers on one replica with the default lease, against the same app with ${WORKERS} bare \`setInterval\` calls, over ${WINDOW / 1_000} s with ${RENEWALS} renewals. Event loop and processor are shares of one core.`,

  async run() {
    const observations: Observation[] = [];
    const goals = [];
    for (const every of [1_000, 100]) {
      const timers = await observe({ driver: 'timers', every }, 'bare timers');
      const one = await observe({ driver: 'elected', keys: 'one', every }, 'one lease for all');
      const each = await observe({ driver: 'elected', keys: 'each', every }, 'a lease for each');
      observations.push(timers, one, each);
      for (const side of [one, each]) {
        goals.push({
          name: `event loop busy from the library, ${side.label}, every ${every} ms`,
          figure: 100 * (side.eventLoop - timers.eventLoop),
          unit: '%',
          atMost: 2,
        });
      }
    }
    const commands = (label: string, every: number) =>
      observations.find((side) => side.label === label && side.every === every)!.commandsPerSecond;
    for (const label of ['one lease for all', 'a lease for each']) {
      goals.push({
        name: `Redis commands at 100 ms against 1,000 ms, ${label}`,
        figure: commands(label, 100) / commands(label, 1_000),
        atMost: 1.05,
      });
    }
    const elected = observations.filter(({ label }) => label !== 'bare timers');
    return {
      tables: [
        {
          columns: [
            'driven by',
            'every, ms',
            'iterations/s',
            'event loop, %',
            'processor, %',
            'commands/s',
            'script calls per renewal',
          ],
          rows: observations.map((side) => [
            side.label,
            side.every,
            side.iterationsPerSecond,
            100 * side.eventLoop,
            100 * side.cpu,
            side.commandsPerSecond,
            side.scriptCallsPerRenewal,
          ]),
        },
      ],
      goals: [
        ...goals,
        {
          name: 'script calls per renewal, one lease for all',
          figure: Math.max(
            ...elected
              .filter(({ label }) => label === 'one lease for all')
              .map(({ scriptCallsPerRenewal }) => scriptCallsPerRenewal),
          ),
          atMost: 1,
        },
        {
          name: `script calls per renewal of ${WORKERS} leases, all sent at once`,
          figure: Math.max(...elected.map(({ scriptCallsPerRenewal }) => scriptCallsPerRenewal)),
          atMost: 4,
        },
      ],
    };
  },
};

async function observe(
  settings: Pick<WorkersSettings, 'driver' | 'keys' | 'every'>,
  label: string,
): Promise<Observation> {
  const redis = await RedisServer.start();
  const app = await MeasuredApp.start<WorkersEvent>('workers', {
    ...settings,
    workers: WORKERS,
    redis: redis.url,
  });
  await app.next('running');
  await pass(LEAD_IN);
  await redis.resetCommandStats();
  const before = await app.ask('SIGUSR2', 'sample');
  await pass(WINDOW);
  const after = await app.ask('SIGUSR2', 'sample');
  const { total, calls } = await redis.commandStats();
  await app.kill();
  await redis.stop();
  const elapsed = after.at - before.at;
  const scripts = (calls['evalsha'] ?? 0) + (calls['eval'] ?? 0);
  return {
    label,
    every: settings.every,
    iterationsPerSecond: (after.iterations - before.iterations) / (elapsed / 1_000),
    eventLoop: (after.active - before.active) / elapsed,
    cpu: (after.cpu - before.cpu) / elapsed,
    commandsPerSecond: (total - (calls['config|resetstat'] ?? 0)) / (elapsed / 1_000),
    scriptCallsPerRenewal: scripts / RENEWALS,
  };
}
