import { Redis } from 'ioredis';
import { setTimeout as pass } from 'node:timers/promises';
import { Fleet } from '../e2e/replica/fleet.js';
import { LEASE_KEY } from '../e2e/replica/settings.js';
import { RedisServer } from '../support/redis-server.js';
import type { Benchmark } from './benchmark.js';
import { programPath } from './support/programs.js';
import { median, percentile } from './support/statistics.js';

const TIMES = 200;
/** Fleets side by side, each on a Redis of its own; all replicas of a round boot before its first kill. */
const FLEETS = 8;
const PER_FLEET = 5;
const TTL = 2_000;
const EVERY = 10;

export const takeover: Benchmark = {
  name: 'takeover',
  title: `kill -9 of the leader, ${TIMES} times, lease TTL ${TTL} ms, one worker at ${EVERY} ms: from the moment the lease expires in Redis to the successor's first iteration.`,

  async run() {
    const excesses: number[] = [];
    while (excesses.length < TIMES) {
      const fleets: Awaited<ReturnType<typeof bootFleet>>[] = [];
      // One after another: fifty processes that boot at once take longer than each of them is waited for.
      for (let i = 0; i < FLEETS; i++) fleets.push(await bootFleet(i));
      const found = await Promise.all(fleets.map((fleet) => fleet.killLeaders()));
      excesses.push(...found.flat());
      await Promise.all(fleets.map((fleet) => fleet.stop()));
    }
    return {
      tables: [
        {
          columns: ['takeovers', 'p50, ms', 'p90, ms', 'p99, ms', 'longest, ms'],
          rows: [
            [
              excesses.length,
              median(excesses),
              percentile(excesses, 0.9),
              percentile(excesses, 0.99),
              Math.max(...excesses),
            ],
          ],
        },
      ],
      goals: [
        {
          name: 'takeover on top of the remaining TTL, p99',
          figure: percentile(excesses, 0.99),
          unit: 'ms',
          atMost: 100,
        },
        { name: 'takeovers', figure: excesses.length, atLeast: TIMES },
      ],
    };
  },
};

async function bootFleet(index: number) {
  const redis = await RedisServer.start();
  const client = new Redis(redis.url);
  const settings = { redis: redis.url, ttl: TTL, every: EVERY, http: false };
  const fleet = await Fleet.start(PER_FLEET + 1, settings, [await programPath('e2e/replica/main.ts')]);

  return {
    async killLeaders(): Promise<readonly number[]> {
      const excesses: number[] = [];
      for (let time = 0; time < PER_FLEET; time++) {
        const leader = await fleet.leader();
        // At any phase of the renewals.
        await pass(((time * FLEETS + index) * (TTL / 3)) / (PER_FLEET * FLEETS));
        const killed = performance.timeOrigin + performance.now();
        await leader.kill();
        const expiry = await expiryOf(client);
        const next = await fleet.startAfter(killed, { except: leader });
        excesses.push(next.at - expiry);
      }
      return excesses;
    },
    async stop() {
      client.disconnect();
      await fleet.stop();
      await redis.stop();
    },
  };
}

/** When the lease of a leader that is gone will expire, in milliseconds since the epoch: nobody renews it any more. */
async function expiryOf(client: Redis): Promise<number> {
  const asked = performance.timeOrigin + performance.now();
  const left = await client.pttl(LEASE_KEY);
  const answered = performance.timeOrigin + performance.now();
  if (left < 0) throw new Error(`The lease was gone (PTTL ${left}) before its holder was`);
  return (asked + answered) / 2 + left;
}
