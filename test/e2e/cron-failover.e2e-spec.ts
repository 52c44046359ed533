import { afterEach, describe, expect, it } from '@jest/globals';
import { cleanUpAll } from '../support/processes.js';
import { RedisServer } from '../support/redis-server.js';
import { Fleet } from './replica/fleet.js';

const TTL = 2_000;
const PERIOD = 5_000;

afterEach(cleanUpAll);

describe('A cron slot whose leader is killed one second before it', () => {
  it('runs once, late by no more than the TTL + 1 s', async () => {
    const redis = await RedisServer.start();
    const fleet = await Fleet.start(2, { redis: redis.url, ttl: TTL, every: 100, cron: '*/5 * * * * *' });
    const latenesses: number[] = [];
    for (let time = 0; time < 4; time++) {
      const leader = await fleet.leader();
      // Two periods ahead, so that the leader has seen a slot of its own before.
      const slot = (Math.floor(Date.now() / PERIOD) + 2) * PERIOD;
      await new Promise((resolve) => setTimeout(resolve, slot - 1_000 - Date.now()));
      await leader.kill();
      const spare = fleet.add();
      const runs = () => fleet.starts().filter(({ worker, due }) => worker === 'cron' && due === slot);
      await fleet.startAfter(slot + PERIOD - 500);
      latenesses.push((runs()[0]?.at ?? Infinity) - slot);
      expect(runs()).toHaveLength(1);
      await spare;
    }
    console.log(
      `lateness of the slots, TTL ${TTL} ms: ${latenesses.map((ms) => ms.toFixed(0)).join(' ')} ms`,
    );
    expect(Math.max(...latenesses)).toBeLessThanOrEqual(TTL + 1_000);

    const slots = fleet
      .starts()
      .filter(({ worker }) => worker === 'cron')
      .map(({ due }) => due);
    expect(new Set(slots).size).toBe(slots.length);
    const first = Math.min(...slots);
    const expected = Array.from(
      { length: (Math.max(...slots) - first) / PERIOD + 1 },
      (_, i) => first + i * PERIOD,
    );
    expect([...slots].sort((a, b) => a - b)).toEqual(expected);
    await fleet.stop();
  }, 120_000);
});
