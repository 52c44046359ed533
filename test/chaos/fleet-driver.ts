import { cleanUpAll } from '../support/deferred-cleanup.js';
import { Fleet, type FleetSettings } from './fleet.js';
import { plan } from './plan.js';
import { SeededRandom } from './seeded-random.js';
import { Storm } from './storm.js';

/** When a fleet has had enough: after so many faults, or after so many milliseconds. */
export type Until = { readonly faults: number } | { readonly duration: number };

/** What a driver is told, as JSON in the environment variable DRIVER. */
export interface DriverSettings extends FleetSettings {
  readonly until: Until;
}

/*
 * Plays a plan on one fleet, in a process of its own: the driver is also the network of its fleet, and one that had to carry several would
 * be a fault of its own. Says `faults N` after every step.
 */
async function drive({ until, seed, ...settings }: DriverSettings): Promise<void> {
  const fleet = await Fleet.start({ ...settings, seed });
  // Apart from the plan's, so that the plan does not depend on what happens.
  const storm = new Storm(fleet, new SeededRandom(seed + 1));
  console.log('faults 0');
  const startedAt = performance.now();
  const isOver = () =>
    'faults' in until ? storm.faults >= until.faults : performance.now() - startedAt >= until.duration;
  for (const step of plan(new SeededRandom(seed))) {
    await storm.play(step);
    console.log(`faults ${storm.faults}`);
    if (isOver()) break;
  }
  await fleet.stop();
}

try {
  await drive(JSON.parse(process.env['DRIVER'] ?? '{}') as DriverSettings);
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  await cleanUpAll();
}
