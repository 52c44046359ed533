import { afterAll, describe, expect, it } from '@jest/globals';
import { cleanUpAll } from '../support/processes.js';
import { RedisServer } from '../support/redis-server.js';
import { steadily } from '../support/steadily.js';
import { expectInTime } from '../support/too-late.js';
import { Fleet } from './replica/fleet.js';

const TTL = 2_000;
const PERIOD = 5_000;

afterAll(cleanUpAll);

describe('A cron slot whose leader is killed one second before it', () => {
  it.concurrent.each([0, 1])(
    'runs once, late, and before the next one is due (fleet %d)',
    steadily(killBeforeSlots, { cleanUp: async () => undefined }),
    120_000,
  );

  async function killBeforeSlots(): Promise<void> {
    const redis = await RedisServer.start();
    const fleet = await Fleet.start(2, { redis: redis.url, ttl: TTL, every: 100, cron: '*/5 * * * * *' });
    const latenesses: number[] = [];
    for (let time = 0; time < 2; time++) {
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
    expectInTime(latenesses, PERIOD, 'A slot');
    await fleet.stop();
  }
});
