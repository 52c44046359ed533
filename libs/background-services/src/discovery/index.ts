export { takeOverPending } from './election-metadata.js';
export { moduleIsThere } from './missing-module.js';
export { assertScheduleMetadata } from './schedule-metadata.js';
export * from './validate-definition.js';
export { readRegistration, type WorkerConfig } from './read-registration.js';
export * from './worker-explorer.js';
