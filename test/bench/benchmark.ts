import type { Goal } from '../support/goal.js';
import type { Chart } from './report/chart.js';
import type { Table } from './report/table.js';

/** One thing that is measured. */
export interface Benchmark {
  /** As `npm run bench -- NAME` and the markers of the document call it. */
  readonly name: string;
  /** What is measured, and how. One sentence. */
  readonly title: string;
  run(): Promise<Findings>;
}

/** What a benchmark has found: plain data, kept as JSON. */
export interface Findings {
  readonly tables: readonly Table[];
  readonly goals: readonly Goal[];
  readonly charts?: readonly Chart[];
}
