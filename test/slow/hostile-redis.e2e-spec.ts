import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runHostile } from '../hostile/run.js';
import type { HostileSummary } from '../hostile/summary.js';
import { cleanUpAll } from '../support/deferred-cleanup.js';

/** A short run whose mutations are fixed; `npm run hostile` is the long one. */
const MUTATIONS = 300;

describe('A fleet in whose Redis everything is mutated that it keeps there', () => {
  let summary: HostileSummary;

  beforeAll(async () => {
    summary = await runHostile({ seed: 1, mutations: MUTATIONS, rate: 60, ttl: 10_000, replicas: 3 });
  }, 300_000);
  afterAll(cleanUpAll, 60_000);

  it('loses no process, and leaves no rejection to nobody', () => {
    expect(summary).toMatchObject({ ended: 0, unclean: 0, unhandled: [] });
  });

  it('loses no lease', () => {
    expect(summary.terms).toMatchObject({ lost: [], fallen: [] });
    expect(summary.terms.byRight).toBeGreaterThan(0);
  });

  it('answers without a 500', () => {
    expect(summary.answers.faults).toEqual([]);
    expect(summary.answers.all).toBeGreaterThan(100);
  });

  it('works as before afterwards', () => {
    expect(summary.failures).toEqual([]);
  });

  it('names what is wrong at most once a minute', () => {
    expect(summary.repeated).toEqual([]);
  });
});
