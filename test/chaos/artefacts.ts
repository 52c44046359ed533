import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { named } from './events.js';
import { timingOf } from './replica/settings.js';
import type { ChaosOptions, FleetRun } from './run.js';
import type { Summary } from './summary.js';
import { draw } from './timeline/picture.js';
import { readRows } from './timeline/rows.js';
import { windowsOf } from './timeline/windows.js';

/** What is drawn before the first fault, ms. */
const LEAD_IN = 2_000;

/** Puts the summary and the time lines beside the event logs. */
export async function writeArtefacts(
  { folder, seed, ttl }: ChaosOptions,
  runs: readonly FleetRun[],
  summary: Summary,
): Promise<void> {
  await writeFile(join(folder, 'summary.json'), `${JSON.stringify(summary, null, 2)}\n`);
  for (const { name, events, findings } of runs) {
    const rows = readRows(events, timingOf(ttl));
    const origin = events[0]?.at ?? 0;
    // The boot is long, and nothing happens in it.
    const run = { from: (named(events, 'fault')[0]?.at ?? origin) - LEAD_IN, to: events.at(-1)?.at ?? 0 };
    const { violations } = findings;
    for (const [i, window] of windowsOf(run, violations).entries()) {
      const title = `Chaos, seed ${seed}, ${name}: lease TTL ${ttl / 1_000} s`;
      const picture = draw({ title, rows, violations, origin, window });
      await writeFile(join(folder, `${name}-${i + 1}.svg`), `${picture}\n`);
    }
  }
}
