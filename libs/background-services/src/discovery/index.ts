export { takeOverPending } from './election-metadata.js';
export { assertScheduleMetadata } from './schedule-metadata.js';
export * from './validate-definition.js';
export { readSchedule } from './validate-schedule.js';
export * from './worker-explorer.js';
