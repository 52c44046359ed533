import { randomInt } from 'node:crypto';
import { afterEach, describe, expect, it } from '@jest/globals';
import { campaign } from '../simulate/campaign/campaign.js';
import { allMutations, hunt, isCaught } from '../simulate/mutations/hunt.js';
import { cleanUpAll } from '../support/deferred-cleanup.js';

/*
 * A slice of `npm run simulate`, which plays 100,000 histories, and of `npm run simulate -- --mutations`, which hunts all mutations.
 */

const HISTORIES = 250;

/** One run hunts one mutation in three, another one others. */
const TURNS = 3;

describe('The simulated election', () => {
  afterEach(cleanUpAll);

  const fresh = randomInt(2 ** 31);
  it.each([1, fresh])(
    'keeps its invariants in histories from seed %i on',
    async (seed) => {
      const result = await campaign({ histories: HISTORIES, seed, processes: 1 });
      expect(result.counterexamples).toEqual([]);
      expect(result.histories).toBe(HISTORIES);
      // The faults are real ones: without a fence they would have done harm.
      expect(result.unfencedStale).toBeGreaterThan(0);
    },
    120_000,
  );

  const turn = randomInt(TURNS);
  it(`does not keep them once a defect is planted in it (mutations of turn ${turn} of ${TURNS})`, async () => {
    const mutations = allMutations.filter(({ isRare }) => !isRare).filter((_, i) => i % TURNS === turn);
    const results = await hunt({ mutations, seed: 1, histories: 20_000, processes: 2 });
    const missed = results.filter((result) => !isCaught(result));
    expect(missed.map(({ mutation, caughtBy }) => ({ name: mutation.name, caughtBy }))).toEqual([]);
    expect(results).toHaveLength(mutations.length);
  }, 240_000);
});
