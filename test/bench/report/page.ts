import { boundsOf, figureOf, judge, type Goal } from '../../support/goal.js';
import { describeMachine } from './machine.js';
import { replaceBetween } from './markers.js';
import type { BenchRecord, Entry } from './record.js';
import { toMarkdown } from './table.js';

/** The page with the figures of the record between its markers. */
export function fillPage(page: string, { benchmarks }: BenchRecord): string {
  const withGoals = replaceBetween(page, 'goals', goalsOf(benchmarks));
  return benchmarks.reduce((text, entry) => replaceBetween(text, entry.name, contentOf(entry)), withGoals);
}

function goalsOf(entries: readonly Entry[]): string {
  const rows = entries.flatMap(({ name, goals }) => goals.map((goal) => goalRow(name, goal)));
  return toMarkdown({ columns: ['goal', 'figure', 'bound', '', 'measured by'], rows });
}

function goalRow(benchmark: string, goal: Goal): readonly string[] {
  return [goal.name, figureOf(goal), boundsOf(goal), judge(goal), `[${benchmark}](#${benchmark})`];
}

function contentOf({ title, tables, charts = [], machine, measuredOn }: Entry): string {
  return [
    title,
    ...tables.map(toMarkdown),
    ...charts.map(({ title, file }) => `![${title}](images/${file}.svg)`),
    `_Measured on ${measuredOn}: ${describeMachine(machine)}._`,
  ].join('\n\n');
}
