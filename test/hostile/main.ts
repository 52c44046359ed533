import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { cleanUpAll } from '../support/deferred-cleanup.js';
import { repository } from '../support/deployment.js';
import { reportGoals } from '../support/goal.js';
import { HELP, readOptions } from './options.js';
import { runHostile } from './run.js';
import { describeSummary, goalsOf } from './summary.js';

/** How often the run says how far it is, ms. */
const PROGRESS = 15_000;

async function main(): Promise<number> {
  const command = readOptions(process.argv.slice(2));
  if (command.help) {
    console.log(HELP);
    return 0;
  }
  const { options } = command;
  const folder = join(repository, '.data', 'hostile', String(options.seed));
  console.log(`seed ${options.seed}: starting ${options.replicas} replicas …`);
  const startedAt = performance.now();
  let done = 0;
  const progress = setInterval(
    () => console.log(`${((performance.now() - startedAt) / 1_000).toFixed(0)} s, ${done} mutations`),
    PROGRESS,
  );
  try {
    const summary = await runHostile({
      ...options,
      onProgress: (count) => (done = count),
      onLines: async (lines) => {
        await mkdir(folder, { recursive: true });
        const text = lines.map(
          ({ replica, at, text: line }) => `${new Date(at).toISOString()} ${replica} ${line}`,
        );
        await writeFile(join(folder, 'replicas.log'), `${text.join('\n')}\n`);
      },
    });
    await writeFile(join(folder, 'summary.txt'), `${describeSummary(summary)}\n`);
    console.log(`\n${describeSummary(summary)}\n\nwritten to ${relative(process.cwd(), folder)}\n`);
    return reportGoals(goalsOf(summary));
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
