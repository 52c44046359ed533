import type { Elector } from '../leadership/index.js';
import {
  type CircuitView,
  describeSchedule,
  type Worker,
  type WorkerMetrics,
  type WorkerOutline,
  type WorkerReport,
} from '../workers/index.js';

/** This replica's part in a worker: `stepping-down` while a term's work drains, `idle` if it does not campaign. */
export type WorkerRole = 'leader' | 'standby' | 'stepping-down' | 'idle';

/** Everything this replica knows of a worker, as of now. */
export interface WorkerStatus extends WorkerOutline {
  /** Where it is declared: `Class.method`. */
  readonly place: string;
  /** Declared with `disabled: true` and not started since. */
  readonly disabled: boolean;
  readonly role: WorkerRole;
  /** Instance id of the leader, as far as this replica has seen. */
  readonly leader: string | undefined;
  /** Of the current term, if this replica leads. */
  readonly fencingToken: number | undefined;
  /** Whether an iteration is running here, and for how long, ms. */
  readonly runningFor: number | undefined;
  readonly nextRunAt: Date | undefined;
  readonly circuitBreaker: CircuitView;
  readonly metrics: WorkerMetrics;
  /** From its options. */
  readonly stallAfter: number | undefined;
  /** Of a worker with `shards`, which has one row for all of them: what is counted is the sum of theirs, and the rest the worst or the earliest. */
  readonly shards?: ShardCounts;
}

/** How the shards of a worker stand on this replica. */
export interface ShardCounts {
  readonly count: number;
  /** How many this replica leads. */
  readonly led: number;
  /** How many iterations are running here. */
  readonly running: number;
  /** Those that this replica leads and whose circuit breaker is open, or whose last iteration failed. */
  readonly failing: number;
}

export function outlineOf(worker: Worker): WorkerOutline {
  const { name, key, schedule } = worker.definition;
  return { name, key, schedule: describeSchedule(schedule), period: worker.period, mode: worker.mode };
}

export function statusOf(worker: Worker, elector: Elector): WorkerStatus {
  const { schedule, options, place } = worker.definition;
  const { state } = elector;
  return {
    ...outlineOf(worker),
    place,
    disabled: worker.mode === 'stopped' && schedule.kind === 'cron' && schedule.disabled === true,
    role: roleOf(elector),
    leader: elector.leader,
    fencingToken: state.phase === 'leading' ? state.term.fencingToken : undefined,
    runningFor: worker.runningFor,
    nextRunAt: worker.nextRunAt,
    circuitBreaker: worker.circuit,
    metrics: worker.metrics,
    stallAfter: options.stallAfter,
  };
}

export function reportOf(worker: Worker): WorkerReport {
  const { name, period: interval, circuit: circuitBreaker, metrics } = worker;
  return { name, running: isRunning(worker), interval, circuitBreaker, ...metrics };
}

/** Whether it is started here and this replica leads. */
export function isRunning({ mode, isLeading }: Worker): boolean {
  return mode === 'started' && isLeading;
}

export function roleOf(elector: Elector): WorkerRole {
  switch (elector.state.phase) {
    case 'leading':
      return elector.isLeader ? 'leader' : 'stepping-down';
    case 'standby':
    case 'stepping-down':
    case 'idle':
      return elector.state.phase;
  }
}
