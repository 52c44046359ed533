import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FleetRun, runChaos } from '../chaos/run.js';
import { cleanUpAll, onCleanUp } from '../support/deferred-cleanup.js';

/** A short run whose plan is fixed; `npm run chaos` is the long one. */
const FAULTS = 12;

describe('A short chaos run', () => {
  let runs: readonly FleetRun[];

  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'chaos-'));
    onCleanUp(() => rm(folder, { recursive: true, force: true }));
    runs = await runChaos({
      seed: 1,
      fleets: 2,
      replicas: 3,
      ttl: 1_500,
      until: { faults: FAULTS },
      folder,
    });
  }, 300_000);
  afterAll(cleanUpAll, 60_000);

  const all = <Finding>(of: (findings: FleetRun['findings']) => Finding | readonly Finding[]) =>
    runs.flatMap(({ findings }) => of(findings));

  it('struck as often as it should, and the work went on', () => {
    const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
    expect(sum(all(({ faults }) => faults))).toBeGreaterThanOrEqual(FAULTS);
    expect(Math.min(...all(({ terms }) => terms))).toBeGreaterThan(1);
    expect(Math.min(...all(({ iterations }) => iterations))).toBeGreaterThan(20);
  });

  it('broke no rule', () => {
    expect(all(({ violations }) => violations)).toEqual([]);
  });

  it('lost no write that the fenced register acknowledged', () => {
    const fenced = all(({ registers }) => registers).filter(({ register }) => register === 'fenced');
    expect(fenced).toHaveLength(2);
    for (const { acknowledged, lost } of fenced) {
      expect(acknowledged).toBeGreaterThan(20);
      expect(lost).toEqual([]);
    }
  });
});
