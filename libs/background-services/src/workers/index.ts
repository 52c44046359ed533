export * from './circuit-breaker-options.js';
export * from './circuit-breaker.js';
export { currentIteration, type Iteration } from './iteration.js';
export * from './runner.js';
export { remarksOn } from './remarks.js';
export { CronSlots } from './schedules/cron-slots.js';
export type { IterationOutcome, Refusal } from './attempt.js';
export type { DurationStatistics } from './durations.js';
export { type ErrorRecord, KEPT_ERRORS, type WorkerMetrics } from './statistics.js';
export { Worker } from './worker.js';
export type { WorkerContext } from './worker-context.js';
export { errorRateOf, NO_COUNTS, type WorkerCounts } from './worker-counts.js';
export * from './shard.js';
export * from './worker-definition.js';
export * from './worker-outline.js';
export * from './worker-report.js';
export * from './background-service.js';
export * from './schedule-config.js';
export * from './term-history.js';
export { circuitField, decodeCircuitSnapshot } from './circuit-snapshot.js';
export {
  decodeWorkerRecord,
  pauseField,
  NO_RECORD,
  type RecordedError,
  recordField,
  type WorkerRecord,
} from './worker-record.js';
