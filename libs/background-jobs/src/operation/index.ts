export * from './job-events.js';
export * from './job-operation.js';
export * from './running-jobs.js';
