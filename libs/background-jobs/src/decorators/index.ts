export * from './background-job.js';
export * from './job-handler.js';
export * from './job-options.js';
