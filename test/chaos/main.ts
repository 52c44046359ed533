import { join, relative } from 'node:path';
import { cleanUpAll } from '../support/deferred-cleanup.js';
import { repository } from '../support/deployment.js';
import { reportGoals } from '../support/goal.js';
import { writeArtefacts } from './artefacts.js';
import { HELP, readOptions } from './options.js';
import { describeSummary } from './report.js';
import { type ChaosOptions, runChaos } from './run.js';
import { goalsOf, summarize } from './summary.js';

/** How often the run says how far it is, ms. */
const PROGRESS = 15_000;

async function main(): Promise<number> {
  const command = readOptions(process.argv.slice(2));
  if (command.help) {
    console.log(HELP);
    return 0;
  }
  const { seed, fleets, until } = command.options;
  const folder = join(repository, '.data', 'chaos', String(seed));
  console.log(`seed ${seed}: starting ${fleets} fleets …`);
  const startedAt = performance.now();
  const seconds = () => (performance.now() - startedAt) / 1_000;
  let faults = 0;
  const progress = setInterval(() => console.log(`${seconds().toFixed(0)} s, ${faults} faults`), PROGRESS);
  try {
    const options: ChaosOptions = { ...command.options, folder, onProgress: (count) => (faults = count) };
    const runs = await runChaos(options);
    const summary = summarize(options, runs, seconds());
    await writeArtefacts(options, runs, summary);
    console.log(`\n${describeSummary(summary)}\n\nwritten to ${relative(process.cwd(), folder)}\n`);
    return reportGoals(goalsOf(summary, 'faults' in until ? until.faults : 1));
  } finally {
    clearInterval(progress);
    await cleanUpAll();
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
