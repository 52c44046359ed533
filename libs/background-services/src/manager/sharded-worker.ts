import { shardKey } from '../lease/index.js';
import {
  type CircuitView,
  errorRateOf,
  KEPT_ERRORS,
  NO_COUNTS,
  type Worker,
  type WorkerDefinition,
  type WorkerMetrics,
  type WorkerMode,
  type WorkerReport,
} from '../workers/index.js';
import type { Campaign } from './campaign.js';
import {
  isRunning,
  outlineOf,
  reportOf,
  roleOf,
  statusOf,
  type WorkerRole,
  type WorkerStatus,
} from './worker-status.js';

/** A worker, and the campaign for the key that it runs under. */
export interface Registered {
  readonly worker: Worker;
  readonly campaign: Campaign;
}

/** A worker whose work is dealt out: one for people, with a worker for each shard inside. */
export interface ShardedWorker {
  readonly definition: WorkerDefinition;
  readonly shards: readonly Registered[];
}

/** The workers that a definition with `shards` stands for: `update#5` runs under the lease `accounts#5/64`. */
export function shardsOf(definition: WorkerDefinition, count: number): readonly WorkerDefinition[] {
  return Array.from({ length: count }, (_, index) => ({
    ...definition,
    name: `${definition.name}#${index}`,
    key: shardKey(definition.key, index, count),
    shard: { index, count },
  }));
}

/** A worker, as it is or dealt out. */
export function statusOfRow(row: Registered | ShardedWorker): WorkerStatus {
  return 'shards' in row ? statusOfShards(row) : statusOf(row.worker, row.campaign.elector);
}

/** One row for all shards: sums of what is counted, and the worst or earliest of what is not. */
function statusOfShards({ definition, shards }: ShardedWorker): WorkerStatus {
  const workers = shards.map(({ worker }) => worker);
  const led = workers.filter(({ isLeading }) => isLeading);
  const busy = workers.flatMap(({ runningFor }) => runningFor ?? []);
  const due = led.flatMap(({ nextRunAt }) => nextRunAt?.getTime() ?? []);
  const roles = new Set(shards.map(({ campaign }) => roleOf(campaign.elector)));
  const role = ROLES.find((each) => roles.has(each)) ?? 'idle';
  const { schedule, options, place } = definition;
  const mode = modeOf(workers);
  return {
    ...outlineOf(workers[0]!),
    ...{ name: definition.name, key: definition.key, mode, place, role },
    disabled: mode === 'stopped' && schedule.kind === 'cron' && schedule.disabled === true,
    leader: undefined,
    fencingToken: undefined,
    runningFor: busy.length > 0 ? most(busy) : undefined,
    nextRunAt: due.length > 0 ? new Date(least(due)) : undefined,
    circuitBreaker: circuitOf(led.length > 0 ? led : workers),
    metrics: metricsOf(workers),
    stallAfter: options.stallAfter,
    shards: {
      count: shards.length,
      led: led.length,
      running: busy.length,
      failing: led.filter(isFailing).length,
    },
  };
}

/** A worker, as it is or dealt out. */
export function reportOfRow(row: Registered | ShardedWorker): WorkerReport {
  return 'shards' in row ? reportOfShards(row) : reportOf(row.worker);
}

function reportOfShards(sharded: ShardedWorker): WorkerReport {
  const workers = sharded.shards.map(({ worker }) => worker);
  const { name, period: interval, circuitBreaker, metrics } = statusOfShards(sharded);
  return { name, running: workers.some(isRunning), interval, circuitBreaker, ...metrics };
}

/** What a replica is that has several parts: the first of these. */
const ROLES: readonly WorkerRole[] = ['leader', 'stepping-down', 'standby', 'idle'];

/** What most people would call it: it runs if any shard does. */
function modeOf(workers: readonly Worker[]): WorkerMode {
  const modes = new Set(workers.map(({ mode }) => mode));
  return modes.has('started') ? 'started' : modes.has('paused') ? 'paused' : 'stopped';
}

function isFailing({ circuit: { state, consecutiveFailures } }: Worker): boolean {
  return state === 'open' || state === 'forced-open' || consecutiveFailures > 0;
}

/** Worst first. */
const STATES: readonly CircuitView['state'][] = ['forced-open', 'open', 'half-open', 'closed', 'disabled'];

function circuitOf(workers: readonly Worker[]): CircuitView {
  const views = workers.map(({ circuit }) => circuit);
  const worst = views.reduce((one, other) =>
    STATES.indexOf(other.state) < STATES.indexOf(one.state) ? other : one,
  );
  return {
    ...worst,
    consecutiveFailures: most(views.map(({ consecutiveFailures }) => consecutiveFailures)),
    openings: sum(views.map(({ openings }) => openings)),
    skipped: sum(views.map(({ skipped }) => skipped)),
  };
}

function metricsOf(workers: readonly Worker[]): WorkerMetrics {
  // Most shards are led elsewhere, and have done nothing here.
  const busy = workers.filter(({ statistics }) => statistics.version > 0);
  const all = (busy.length > 0 ? busy : workers.slice(0, 1)).map(({ metrics }) => metrics);
  const counts = { ...NO_COUNTS };
  for (const metrics of all)
    for (const name of Object.keys(counts) as (keyof typeof counts)[])
      Object.assign(counts, { [name]: counts[name] + metrics[name] });
  const durations = all.map((metrics) => metrics.durations);
  const finished = sum(durations.map(({ count }) => count));
  const mean = (of: (metrics: WorkerMetrics) => number) =>
    finished === 0 ? 0 : sum(all.map((metrics) => of(metrics) * metrics.durations.count)) / finished;
  const errors = all
    .flatMap(({ recentErrors }) => recentErrors)
    .sort((a, b) => a.at.getTime() - b.at.getTime());
  return {
    ...counts,
    errorRate: errorRateOf(counts),
    recentErrorRate: mean(({ recentErrorRate }) => recentErrorRate),
    lastStartAt: latest(all.map(({ lastStartAt }) => lastStartAt)),
    lastSuccessAt: latest(all.map(({ lastSuccessAt }) => lastSuccessAt)),
    lastErrorAt: latest(all.map(({ lastErrorAt }) => lastErrorAt)),
    recentErrors: errors.slice(-KEPT_ERRORS),
    durations: {
      count: finished,
      last: all.reduce((one, other) => ((other.lastStartAt ?? 0) > (one.lastStartAt ?? 0) ? other : one))
        .durations.last,
      mean: mean(({ durations: { mean } }) => mean),
      max: most(durations.map(({ max }) => max)),
      p50: mean(({ durations: { p50 } }) => p50),
      p95: most(durations.map(({ p95 }) => p95)),
    },
  };
}

function latest(dates: readonly (Date | undefined)[]): Date | undefined {
  const times = dates.flatMap((date) => date?.getTime() ?? []);
  return times.length > 0 ? new Date(most(times)) : undefined;
}

/** Not `Math.max(...numbers)`: there may be ten thousand. */
function most(numbers: readonly number[]): number {
  return numbers.reduce((one, other) => Math.max(one, other), 0);
}

function least(numbers: readonly number[]): number {
  return numbers.reduce((one, other) => Math.min(one, other), Infinity);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((one, other) => one + other, 0);
}
