export * from './circuit-breaker.js';
export { currentIteration, type Iteration } from './iteration.js';
export * from './runner.js';
export { CronSlots } from './schedules/cron-slots.js';
export type { IterationOutcome, Refusal } from './schedules/schedule.js';
export * from './statistics.js';
export * from './worker.js';
export * from './worker-definition.js';
export * from './background-service.js';
export * from './schedule-config.js';
export * from './term-history.js';
export { decodeCircuitSnapshot } from './circuit-snapshot.js';
export {
  decodeWorkerRecord,
  holdField,
  type RecordedError,
  recordField,
  type WorkerRecord,
} from './worker-record.js';
