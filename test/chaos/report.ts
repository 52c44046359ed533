import type { Distribution, Summary } from './summary.js';

/** A summary for people. */
export function describeSummary(summary: Summary): string {
  const { seed, fleets, replicas, ttl, took, faults, iterations, terms, registers, overlaps } = summary;
  return [
    `seed ${seed}: ${faults} faults in ${took.toFixed(0)} s, ${fleets} fleets of ${replicas} replicas, TTL ${ttl} ms; ` +
      `${terms} terms, ${iterations} iterations`,
    '',
    table([
      [
        'fault',
        'struck',
        'alone',
        'works again, ms: p50',
        'p90',
        'p99',
        'max',
        'longest pause, ms: p50',
        'p90',
        'p99',
        'max',
      ],
      ...summary.byFault.map(({ kind, struck, alone, recovery, silence }) => [
        kind,
        String(struck),
        String(alone),
        ...columns(recovery),
        ...columns(silence),
      ]),
    ]),
    '',
    table([
      ['register', 'acknowledged', 'refused by the fence', 'lost', 'writes that overwrote them'],
      ...registers.map(({ register, acknowledged, refused, lost, overwrites }) => [
        register,
        ...[acknowledged, refused, lost, overwrites].map(String),
      ]),
    ]),
    '',
    `two leaders because Redis forgot the lease: ${overlaps.times} times, ${overlaps.longest.toFixed(0)} ms at most`,
    ...summary.violations.map(({ fleet, rule, what }) => `VIOLATION in ${fleet}: ${rule}: ${what}`),
  ].join('\n');
}

function columns(distribution: Distribution | undefined): string[] {
  const { p50, p90, p99, max } = distribution ?? {};
  return [p50, p90, p99, max].map((duration) => (duration === undefined ? '-' : duration.toFixed(0)));
}

/** The first column is text, the others are numbers. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  '),
    )
    .join('\n');
}
