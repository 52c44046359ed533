import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { repository } from '../support/deployment.js';
import { PostgresServer } from '../support/postgres-server.js';
import { startProcess, type StartedProcess } from '../support/processes.js';
import { check, type Findings } from './checker.js';
import type { ChaosEvent } from './events.js';
import type { DriverSettings, Until } from './fleet-driver.js';
import { timingOf } from './replica/settings.js';

export interface ChaosOptions {
  readonly seed: number;
  readonly fleets: number;
  /** Replicas of a fleet. */
  readonly replicas: number;
  /** Milliseconds. */
  readonly ttl: number;
  /** When to end; faults are those of all fleets together, milliseconds count for each fleet from when it is up. */
  readonly until: Until;
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

/** How long a fleet may take to boot on a busy machine, ms. */
const BOOT_TIMEOUT = 120_000;

/** Plays a plan of faults on several fleets side by side, and judges what their event logs say. */
export async function runChaos(options: ChaosOptions): Promise<FleetRun[]> {
  const { folder, fleets: size, seed, until, replicas, ttl, onProgress = () => {} } = options;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const database = await PostgresServer.start();
  const share = 'faults' in until ? { faults: Math.ceil(until.faults / size) } : until;
  const faults: number[] = [];
  const drivers: StartedProcess[] = [];
  const names = Array.from({ length: size }, (_, i) => `fleet-${i + 1}`);
  // One after the other: to boot is work.
  for (const [i, name] of names.entries()) {
    const settings = { name, replicas, ttl, folder, database: database.url, seed: seed + i, until: share };
    const driver = await startDriver(settings, (count) => {
      faults[i] = count;
      onProgress(faults.reduce((sum, each) => sum + each, 0));
    });
    drivers.push(driver);
  }
  for (const driver of drivers) {
    const { code } = await driver.exited;
    if (code !== 0) throw new Error(`The driver of a fleet failed:\n${driver.output}`);
  }
  await database.stop();
  return Promise.all(names.map((name) => judge(name, folder, ttl)));
}

async function startDriver(
  settings: DriverSettings,
  onFaults: (count: number) => void,
): Promise<StartedProcess> {
  const driver = await startProcess(
    process.execPath,
    [
      '--import',
      join(repository, 'test/support/typescript.mjs'),
      join(repository, 'test/chaos/fleet-driver.ts'),
    ],
    {
      cwd: repository,
      env: { DRIVER: JSON.stringify(settings) },
      onLine: ({ text }) => {
        const [, count] = /^faults (\d+)$/.exec(text) ?? [];
        if (count) onFaults(Number(count));
      },
    },
  );
  await driver.waitForLine(/^faults 0$/, BOOT_TIMEOUT);
  return driver;
}

async function judge(name: string, folder: string, ttl: number): Promise<FleetRun> {
  const lines = (await readFile(join(folder, `${name}.ndjson`), 'utf8')).trim().split('\n');
  const events = lines.map((line) => JSON.parse(line) as ChaosEvent).sort((a, b) => a.at - b.at);
  return { name, events, findings: check(events, timingOf(ttl)) };
}
