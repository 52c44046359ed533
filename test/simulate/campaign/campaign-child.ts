import { check, type CheckResult } from './check.js';

/** What one process is to do, handed over as JSON. */
export interface CampaignTask {
  readonly seeds: readonly number[];
  /** Of each seed. */
  readonly histories: number;
}

/** One line of JSON for each seed. */
export type CampaignReport = CheckResult;

const { seeds, histories } = JSON.parse(process.argv[2] ?? '') as CampaignTask;
for (const seed of seeds) {
  const report: CampaignReport = await check({ seed, histories });
  process.stdout.write(`${JSON.stringify(report)}\n`);
  if (report.counterexample) break;
}
