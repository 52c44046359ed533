import { afterEach, describe, expect, it } from '@jest/globals';
import { setTimeout as pass } from 'node:timers/promises';
import { cleanUpAll } from '../support/processes.js';
import { RedisServer } from '../support/redis-server.js';
import { Fleet } from './replica/fleet.js';

const WORKERS = 20;
const SIZE = 3;

afterEach(cleanUpAll);

/** Lets a fleet run for a while, and counts what it does meanwhile. */
async function observe({ every, length }: { every: number; length: number }) {
  const redis = await RedisServer.start();
  const fleet = await Fleet.start(SIZE, { redis: redis.url, workers: WORKERS, every, undecorated: 1_000 });
  await fleet.startAfter(0);
  await redis.resetCommandStats();
  const from = performance.timeOrigin + performance.now();
  await pass(length);
  const to = performance.timeOrigin + performance.now();
  const { total } = await redis.commandStats();
  const within = ({ at }: { at: number }) => at > from && at <= to;
  const starts = fleet.starts().filter(within);
  const undecorated = fleet.replicas.flatMap((replica) => replica.all('undecorated')).filter(within);
  await fleet.stop();
  const seconds = (to - from) / 1_000;
  return {
    replicas: new Set(starts.map(({ replica }) => replica)).size,
    runsPerInterval: starts.length / WORKERS / ((to - from) / every),
    undecoratedPerSecond: undecorated.length / seconds,
    commandsPerSecond: total / seconds,
  };
}

describe(`${SIZE} replicas with ${WORKERS} elected workers and the default lease`, () => {
  it('run each worker once an interval, for at most 10 Redis commands a second whatever the interval', async () => {
    const [slow, fast] = await Promise.all([
      observe({ every: 1_000, length: 30_000 }),
      observe({ every: 200, length: 30_000 }),
    ]);
    console.log(JSON.stringify({ 'every 1000 ms': slow, 'every 200 ms': fast }, null, 2));
    for (const { replicas, runsPerInterval, undecoratedPerSecond, commandsPerSecond } of [slow, fast]) {
      expect(replicas).toBe(1);
      expect(Math.abs(runsPerInterval - 1)).toBeLessThanOrEqual(0.03);
      expect(Math.abs(undecoratedPerSecond - SIZE)).toBeLessThanOrEqual(0.2);
      expect(commandsPerSecond).toBeLessThanOrEqual(10);
    }
    expect(fast.commandsPerSecond / slow.commandsPerSecond).toBeLessThan(1.5);
  }, 150_000);
});
