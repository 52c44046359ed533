import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AcquireReply, LeaseStore } from 'nestjs-background-services/store';
import { cleanUpAll } from '../../support/deferred-cleanup.js';
import { acquire, lead } from '../../support/leases.js';
import { RedisQuorum } from '../../support/redis-quorum.js';
import { stopwatch } from '../../support/stopwatch.js';
import { until } from '../../support/until.js';

/** Of one command, ms: an attempt lasts at most four times as long. */
const LIMIT = 3_000;
const CANDIDATES = 10;
const ROUNDS = 20;

describe.each([3, 5])('Votes of %d servers that are split', (size) => {
  let quorum: RedisQuorum;
  let candidates: readonly LeaseStore[];
  let keys = 0;

  beforeAll(async () => {
    quorum = await RedisQuorum.start(size);
    // Each asks the servers in another order, which is how votes are split.
    candidates = await Promise.all(
      Array.from({ length: CANDIDATES }, (_, i) => {
        const turned = [...quorum.urls.slice(i % size), ...quorum.urls.slice(0, i % size)];
        return quorum.open({ nodes: turned, commandTimeout: LIMIT });
      }),
    );
  });
  afterAll(cleanUpAll);

  const newKey = () => `split-${(keys += 1)}`;

  async function elect(
    key: string,
  ): Promise<{ readonly replies: readonly AcquireReply[]; readonly took: number }> {
    const given = stopwatch();
    const replies = await Promise.all(candidates.map((store, i) => acquire(store, key, `candidate-${i}`)));
    return { replies, took: given() };
  }

  it('never make two leaders, and make one in bounded time', async () => {
    let elections = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const key = newKey();
      const { replies, took } = await elect(key);
      expect(took).toBeLessThan(4 * LIMIT);
      const winners = replies.flatMap(({ outcome }, i) => (outcome === 'acquired' ? [`candidate-${i}`] : []));
      expect(winners.length).toBeLessThanOrEqual(1);
      elections += winners.length;
      const [winner] = winners;
      for (const reply of replies)
        if (winner && reply.outcome === 'held') expect(reply.holder).toMatch(/^candidate-/);
      if (winner) expect(await candidates[0]!.inspect([key])).toMatchObject([{ holder: winner }]);
    }
    // One election in a while may be left to the next attempt.
    expect(elections).toBeGreaterThanOrEqual(ROUNDS - 1);
  });

  it('are settled though the voters left are an even number', async () => {
    const [gone] = quorum.servers;
    await gone!.crash();
    try {
      for (let round = 0; round < ROUNDS; round += 1) {
        const key = newKey();
        const two = candidates.slice(0, 2);
        const won = await until(
          async () => {
            const replies = await Promise.all(two.map((store, i) => acquire(store, key, `candidate-${i}`)));
            return replies.filter(({ outcome }) => outcome === 'acquired').length;
          },
          { what: 'an election', timeout: 4 * LIMIT, satisfies: (winners) => winners > 0 },
        );
        expect(won).toBe(1);
      }
    } finally {
      await gone!.restart();
    }
  });

  it('that candidates left behind who died are free when they expire', async () => {
    const key = newKey();
    const startedAt = performance.now();
    await Promise.all(quorum.operators.map((operator, i) => operator.set(key, `dead-${i}`, 'PX', 300)));
    const [store] = candidates;
    await until(() => lead(store!, key, 'a'), { what: 'the lease' });
    expect(performance.now() - startedAt).toBeGreaterThan(250);
  });
});
