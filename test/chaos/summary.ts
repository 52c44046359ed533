import type { Goal } from '../support/goal.js';
import { SEVERAL } from './checks/recovery.js';
import type { Violation } from './checks/violation.js';
import { grouped, named, type Register, REGISTERS } from './events.js';
import { FAULT_NAMES } from './faults.js';
import type { ChaosOptions, FleetRun } from './run.js';

/** Of many durations, ms. */
export interface Distribution {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

export interface FaultSummary {
  readonly kind: string;
  /** How often it struck, together with others or not. */
  readonly struck: number;
  /** Steps in which it was the only one: the durations are theirs. */
  readonly alone: number;
  readonly recovery: Distribution | undefined;
  readonly silence: Distribution | undefined;
}

export interface RegisterSummary {
  readonly register: Register;
  readonly acknowledged: number;
  readonly refused: number;
  readonly lost: number;
  readonly overwrites: number;
}

/** What a run has shown, over all its fleets. */
export interface Summary {
  readonly seed: number;
  readonly fleets: number;
  readonly replicas: number;
  readonly ttl: number;
  /** Seconds. */
  readonly took: number;
  readonly faults: number;
  readonly iterations: number;
  readonly terms: number;
  readonly violations: readonly (Violation & { readonly fleet: string })[];
  readonly registers: readonly RegisterSummary[];
  readonly byFault: readonly FaultSummary[];
  readonly recovery: Distribution | undefined;
  /** Two leaders side by side because Redis had forgotten the lease. */
  readonly overlaps: { readonly times: number; readonly longest: number };
}

export function summarize(
  { seed, replicas, ttl }: ChaosOptions,
  runs: readonly FleetRun[],
  took: number,
): Summary {
  const findings = runs.map((run) => run.findings);
  const total = (count: (of: (typeof findings)[number]) => number) =>
    findings.reduce((sum, one) => sum + count(one), 0);
  const recoveries = findings.flatMap((one) => one.recoveries);
  const overlaps = findings.flatMap((one) => one.overlaps);
  return {
    seed,
    fleets: runs.length,
    replicas,
    ttl,
    took,
    faults: total(({ faults }) => faults),
    iterations: total(({ iterations }) => iterations),
    terms: total(({ terms }) => terms),
    violations: runs.flatMap(({ name, findings: { violations } }) =>
      violations.map((violation) => ({ fleet: name, ...violation })),
    ),
    registers: REGISTERS.map((register, i) => ({
      register,
      acknowledged: total(({ registers }) => registers[i]!.acknowledged),
      refused: total(({ registers }) => registers[i]!.refused),
      lost: total(({ registers }) => registers[i]!.lost.length),
      overwrites: total(({ registers }) => registers[i]!.overwrites),
    })),
    byFault: byFault(runs),
    recovery: distribution(recoveries.map(({ recovery }) => recovery)),
    overlaps: {
      times: overlaps.length,
      longest: Math.max(0, ...overlaps.map(({ duration }) => duration)),
    },
  };
}

/** What a run is held to. */
export function goalsOf({ faults, violations, registers, recovery, ttl }: Summary, atLeast: number): Goal[] {
  const fenced = registers.find(({ register }) => register === 'fenced')!;
  return [
    { name: 'chaos faults', figure: faults, atLeast },
    { name: 'fenced writes lost', figure: fenced.lost, atMost: 0 },
    { name: 'invariant violations', figure: violations.length, atMost: 0 },
    // A lease that a dead leader leaves expires within one TTL; in another one somebody must have it and work.
    { name: 'recovery p99', figure: recovery?.p99 ?? Infinity, unit: 'ms', atMost: 2 * ttl },
  ];
}

function byFault(runs: readonly FleetRun[]): FaultSummary[] {
  const struck = grouped(
    runs.flatMap(({ events }) => named(events, 'fault')),
    ({ kind }) => kind,
  );
  const steps = grouped(
    runs.flatMap(({ findings }) => findings.recoveries),
    ({ kind }) => kind,
  );
  return [...FAULT_NAMES, SEVERAL].map((kind) => {
    const alone = steps.get(kind) ?? [];
    return {
      kind,
      struck: struck.get(kind)?.length ?? alone.length,
      alone: alone.length,
      recovery: distribution(alone.map(({ recovery }) => recovery)),
      silence: distribution(alone.map(({ silence }) => silence)),
    };
  });
}

/** Percentiles by nearest rank; undefined for no values. */
export function distribution(values: readonly number[]): Distribution | undefined {
  if (values.length === 0) return undefined;
  const sorted = [...values].sort((a, b) => a - b);
  const rank = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
  return { p50: rank(0.5), p90: rank(0.9), p99: rank(0.99), max: rank(1) };
}
