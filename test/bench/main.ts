import { type Goal, reportGoals } from '../support/goal.js';
import { overhead } from './overhead.js';
import { quorum } from './quorum.js';

/** The benchmarks by name: `npm run bench` runs all, `npm run bench -- overhead` one. */
const benchmarks = { overhead, quorum } as const;

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in benchmarks));
if (unknown.length > 0) {
  console.error(
    `No benchmark is named ${unknown.join(', ')}; there are: ${Object.keys(benchmarks).join(', ')}`,
  );
  process.exit(2);
}

const goals: Goal[] = [];
for (const [name, run] of Object.entries(benchmarks)) {
  if (wanted.length === 0 || wanted.includes(name)) goals.push(...(await run()));
}
process.exit(reportGoals(goals));
