import { afterAll, describe, expect, it } from '@jest/globals';
import { cleanUpAll, until } from '../support/processes.js';
import { RedisServer } from '../support/redis-server.js';
import { steadily } from '../support/steadily.js';
import { expectInTime } from '../support/too-late.js';
import { Fleet } from './replica/fleet.js';

/** Fleets side by side, each on a Redis of its own. */
const FLEETS = 2;
const TIMES = 10;
const EVERY = 500;
const WORK = 100;

afterAll(cleanUpAll);

describe('SIGTERM of the leader', () => {
  it.concurrent.each(Array.from({ length: FLEETS }, (_, fleet) => fleet))(
    'hands over without missing an interval, and no two iterations of a worker overlap (fleet %d)',
    (index) => steadily(() => handOverAgainAndAgain(index), { cleanUp: async () => undefined })(),
    180_000,
  );

  async function handOverAgainAndAgain(index: number): Promise<void> {
    const redis = await RedisServer.start();
    const fleet = await Fleet.start(4, { redis: redis.url, workers: 3, every: EVERY, work: WORK });
    const gaps: number[] = [];
    const spares: Promise<unknown>[] = [];
    for (let time = 0; time < TIMES; time++) {
      const leader = await fleet.leader();
      // At any phase of the interval, also in the middle of an iteration.
      await new Promise((resolve) =>
        setTimeout(resolve, ((time * FLEETS + index) * EVERY) / (FLEETS * TIMES)),
      );
      const waits = fleet.processorWaits();
      const exit = await leader.stop();
      spares.push(fleet.add());
      if (fleet.running.length < 2) await spares.at(-1);
      expect(exit).toEqual({ code: null, signal: 'SIGTERM' });
      const last = leader.all('start').findLast(({ worker }) => worker === 'worker-0')!;
      const next = () => fleet.starts().find(({ worker, at }) => worker === 'worker-0' && at > last.at);
      await until(() => next() !== undefined, { what: 'the next iteration of the worker', timeout: 30_000 });
      gaps.push(next()!.at - last.at - waits(next()!.replica));
    }
    await Promise.all(spares);
    const sorted = [...gaps].sort((a, b) => a - b);
    console.log(
      `start to start across the hand-over, interval ${EVERY} ms: ${sorted.map((gap) => gap.toFixed(0)).join(' ')}`,
    );
    const iterations = fleet.iterations();
    for (const one of iterations) {
      const overlapping = iterations.filter(
        (other) => other !== one && other.worker === one.worker && other.from < one.to && one.from < other.to,
      );
      expect(overlapping).toEqual([]);
    }
    const tokens = fleet.starts().map(({ token }) => token);
    expect(tokens).toEqual([...tokens].sort((a, b) => a - b));
    expect(new Set(tokens).size).toBe(TIMES + 1);
    // How soon it is exactly, `npm run bench -- hand-over` measures.
    expectInTime(gaps, 2 * EVERY, 'The hand-over');
    await fleet.stop();
  }
});
