import { mkdir, rm } from 'node:fs/promises';
import { PostgresServer } from '../support/postgres-server.js';
import { check, type Findings } from './checker.js';
import type { ChaosEvent } from './events.js';
import { Fleet } from './fleet.js';
import { plan } from './plan.js';
import { timingOf } from './replica/settings.js';
import { SeededRandom } from './seeded-random.js';
import { Storm } from './storm.js';

export interface ChaosOptions {
  readonly seed: number;
  readonly fleets: number;
  /** Replicas of a fleet. */
  readonly replicas: number;
  /** Milliseconds. */
  readonly ttl: number;
  /** When to end: after so many faults in all fleets together, or after so many milliseconds. */
  readonly until: { readonly faults: number } | { readonly duration: number };
  /** Where the event logs are written. */
  readonly folder: string;
  /** Told of the number of faults so far, from time to time. */
  readonly onProgress?: (faults: number) => void;
}

export interface FleetRun {
  readonly name: string;
  readonly events: readonly ChaosEvent[];
  readonly findings: Findings;
}

/** Plays a plan of faults on several fleets side by side, and judges what their event logs say. */
export async function runChaos(options: ChaosOptions): Promise<FleetRun[]> {
  const { folder, fleets: size, seed, until } = options;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const database = await PostgresServer.start();
  const fleets: Fleet[] = [];
  // One fleet after the other: to boot is work.
  for (let i = 0; i < size; i += 1) {
    const name = `fleet-${i + 1}`;
    fleets.push(await Fleet.start({ ...options, name, database: database.url, seed: seed + i }));
  }
  const startedAt = performance.now();
  const storms = fleets.map((fleet, i) => new Storm(fleet, new SeededRandom(seed + 500 + i)));
  const faults = () => storms.reduce((sum, storm) => sum + storm.faults, 0);
  const isOver = (storm: Storm) =>
    'faults' in until ? storm.faults >= until.faults / size : performance.now() - startedAt >= until.duration;
  await Promise.all(
    storms.map(async (storm, i) => {
      for (const step of plan(new SeededRandom(seed + i))) {
        await storm.play(step);
        options.onProgress?.(faults());
        if (isOver(storm)) return;
      }
    }),
  );
  await Promise.all(fleets.map((fleet) => fleet.stop()));
  await database.stop();
  return fleets.map(({ settings, log }) => ({
    name: settings.name,
    events: log.events,
    findings: check(log.events, timingOf(settings.ttl)),
  }));
}
