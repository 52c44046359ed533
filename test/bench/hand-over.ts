import { setTimeout as pass } from 'node:timers/promises';
import { Fleet } from '../e2e/replica/fleet.js';
import { RedisServer } from '../support/redis-server.js';
import { until } from '../support/until.js';
import type { Benchmark } from './benchmark.js';
import { programPath } from './support/programs.js';
import { median, percentile } from './support/statistics.js';

const TIMES = 200;
/** A leader and two standbys; a new one boots to its end before the next hand-over. */
const REPLICAS = 3;
/** What a fleet has reported is looked through at every wait, and must not grow to be a load of its own. */
const PER_FLEET = 10;
const EVERY = 10;

export const handOver: Benchmark = {
  name: 'hand-over',
  title: `SIGTERM of the leader of ${REPLICAS} replicas, ${TIMES} times, one worker at ${EVERY} ms: from the end of the old leader's last iteration to the start of the new one's first. The next start is due one interval after the last one, so ${EVERY} ms are cadence, not delay.`,

  async run() {
    const gaps: number[] = [];
    while (gaps.length < TIMES) gaps.push(...(await handOversOfOneFleet()));
    return {
      tables: [
        {
          columns: ['hand-overs', 'shortest, ms', 'p50, ms', 'p90, ms', 'p99, ms', 'longest, ms'],
          rows: [
            [
              gaps.length,
              Math.min(...gaps),
              median(gaps),
              percentile(gaps, 0.9),
              percentile(gaps, 0.99),
              Math.max(...gaps),
            ],
          ],
        },
      ],
      goals: [
        { name: 'graceful hand-over, p99', figure: percentile(gaps, 0.99), unit: 'ms', atMost: 25 },
        {
          name: 'iterations overlapping in a hand-over',
          figure: gaps.filter((gap) => gap < 0).length,
          atMost: 0,
        },
        { name: 'graceful hand-overs', figure: gaps.length, atLeast: TIMES },
      ],
    };
  },
};

/** Milliseconds. @param program what a replica runs, and what it is given as arguments */
export async function handOversOfOneFleet(
  program = 'e2e/replica/main.ts',
  ...given: readonly string[]
): Promise<readonly number[]> {
  const redis = await RedisServer.start();
  const settings = { redis: redis.url, every: EVERY, http: false };
  const fleet = await Fleet.start(REPLICAS, settings, [await programPath(program), ...given]);
  const gaps: number[] = [];
  while (gaps.length < PER_FLEET) {
    const leader = await fleet.leader();
    const led = leader.all('start').length;
    await until(() => leader.all('start').length > led + 20, {
      what: 'the leader to be at work',
    });
    // At any phase of the interval.
    await pass((gaps.length * EVERY) / PER_FLEET);
    const asked = performance.timeOrigin + performance.now();
    const stopped = leader.stop();
    const next = await fleet.startAfter(asked, { except: leader });
    await stopped;
    gaps.push(next.at - leader.all('end').at(-1)!.at);
    if (gaps.length < PER_FLEET) await fleet.add();
  }
  await fleet.stop();
  await redis.stop();
  return gaps;
}
