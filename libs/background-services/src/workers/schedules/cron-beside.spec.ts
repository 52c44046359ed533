import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '../../../../../test/support/seeded-random.js';
import { compare, type Finding, ZONES } from '../../spec-support/cron/beside-cron.js';
import { collectedPatterns, PatternMaker } from '../../spec-support/cron/patterns.js';

/*
 * What an undecorated @Cron runs by, beside what an elected one runs by.
 *
 * `cron` takes about 2 ms for each run, so the suite tries each pattern in one zone. `npm run compare:cron` tries 2,000 generated patterns
 * and the collected ones in all six, which takes ten to forty minutes; CRON_SEED gives it others.
 */
const WHOLE = process.env.CRON_PATTERNS !== undefined;
const GENERATED = Number(process.env.CRON_PATTERNS ?? 120);
const SEED = Number(process.env.CRON_SEED ?? 20_261_130);
const RUNS = WHOLE ? 20 : 10;
const ZONES_EACH = WHOLE ? ZONES.length : 1;
const TIME_LIMIT = WHOLE ? 3_600_000 : 120_000;

const FIRST_START = Date.UTC(2026, 0, 1);
const TWO_YEARS = 2 * 365 * 86_400;

describe('the instants of a pattern, beside the `cron` package', () => {
  const random = seededRandom(SEED);
  const maker = new PatternMaker(random);
  const someStart = () => FIRST_START + Math.floor(random() * TWO_YEARS) * 1_000;

  function differences(patterns: readonly string[]) {
    const tally = { same: 0, 'both refuse': 0, compared: 0 };
    const different: unknown[] = [];
    for (const [i, pattern] of patterns.entries()) {
      for (let zone = 0; zone < ZONES_EACH; zone++) {
        const timeZone = ZONES[(i + zone) % ZONES.length] ?? ZONES[0];
        const start = someStart();
        const finding: Finding = compare({ pattern, timeZone, start, runs: RUNS });
        if (finding.verdict === 'different')
          different.push({ pattern, timeZone, start: new Date(start), ...finding });
        else tally[finding.verdict]++;
        if (finding.verdict === 'same') tally.compared += finding.compared;
      }
    }
    if (WHOLE)
      console.log(
        `${patterns.length} patterns: ${JSON.stringify({ ...tally, different: different.length })}`,
      );
    return { different, tally };
  }

  it(
    'are the same for the collected patterns in six zones, away from clock changes',
    () => {
      const patterns = collectedPatterns();
      expect(patterns.length).toBeGreaterThanOrEqual(185);
      const { different, tally } = differences(patterns);
      expect(different).toEqual([]);
      expect(tally.same).toBe(patterns.length * ZONES_EACH);
    },
    TIME_LIMIT,
  );

  it(
    'are the same for generated patterns in six zones, away from clock changes',
    () => {
      const { different, tally } = differences(Array.from({ length: GENERATED }, () => maker.make()));
      expect(different).toEqual([]);
      // Some of them mean no date at all, such as the 31st of February: those are refused on both sides.
      expect(tally.same).toBeGreaterThan(GENERATED * ZONES_EACH * 0.9);
      expect(tally.compared).toBeGreaterThan(tally.same * RUNS * 0.8);
    },
    TIME_LIMIT,
  );

  it(
    'are refused where `cron` refuses the pattern, and only there',
    () => {
      const { different, tally } = differences(Array.from({ length: GENERATED }, () => maker.makeOdd()));
      expect(different).toEqual([]);
      expect(tally['both refuse']).toBeGreaterThan(GENERATED * ZONES_EACH * 0.2);
    },
    TIME_LIMIT,
  );
});
