import { RedisServer } from '../support/redis-server.js';
import type { WorkersEvent, WorkersSettings } from './apps/workers-settings.js';
import type { Benchmark } from './benchmark.js';
import { MeasuredApp } from './support/measured-app.js';
import { median } from './support/statistics.js';

const WORKERS = 1_000;
const ROUNDS = 7;
const IDLE = 2 ** 30;
/** Times the boot with `@Interval` alone: milliseconds would say more of the machine than of the library. */
const AT_MOST = 5;

const sides = {
  none: { driver: 'none' },
  schedule: { driver: 'schedule' },
  library: { driver: 'elected', driven: 1 },
  one: { driver: 'elected', keys: 'one' },
  each: { driver: 'elected', keys: 'each' },
} as const satisfies Record<string, Pick<WorkersSettings, 'driver' | 'driven' | 'keys'>>;
type Name = keyof typeof sides;

const labels: Record<Name, string> = {
  none: 'no decorators',
  schedule: '`@Interval` alone',
  library: 'one elected worker: the library and its modules',
  one: 'one lease for all',
  each: 'a lease for each',
};

export const boot: Benchmark = {
  name: 'boot',
  title: `How long an app with ${WORKERS} methods in 100 providers boots, from before the library is loaded and its decorators run to the end of \`NestFactory\`'s work. Medians of ${ROUNDS} fresh processes each, in turn, @nestjs/schedule imported in all.`,

  async run() {
    const redis = await RedisServer.start();
    const took: Record<Name, number[]> = { none: [], schedule: [], library: [], one: [], each: [] };
    for (let round = 0; round < ROUNDS; round++) {
      for (const name of Object.keys(sides) as Name[])
        took[name].push(await bootOnce(sides[name], redis.url));
    }
    await redis.stop();
    const ms = (name: Name) => median(took[name]);
    const against = (name: Name) => ms(name) / ms('schedule');
    return {
      tables: [
        {
          columns: ['app', 'boot, ms', 'more than without, ms', 'against `@Interval` alone'],
          rows: (Object.keys(sides) as Name[]).map((name) => [
            ...[labels[name], ms(name), ms(name) - ms('none')],
            `${against(name).toFixed(2)} ×`,
          ]),
        },
      ],
      goals: [
        {
          name: `boot with ${WORKERS} elected workers, one lease for all, against \`@Interval\` alone`,
          figure: against('one'),
          atMost: AT_MOST,
        },
        {
          name: `boot with ${WORKERS} elected workers, a lease for each, against \`@Interval\` alone`,
          figure: against('each'),
          atMost: AT_MOST,
        },
      ],
    };
  },
};

/** Milliseconds. */
export async function bootOnce(
  side: Pick<WorkersSettings, 'driver' | 'driven' | 'keys' | 'library'>,
  redis: string,
): Promise<number> {
  const settings = { ...side, workers: WORKERS, every: IDLE, redis };
  const app = await MeasuredApp.start<WorkersEvent>('workers', settings);
  const { took } = await app.next('booted');
  await app.kill();
  return took;
}
