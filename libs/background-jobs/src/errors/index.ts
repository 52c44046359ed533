export * from './background-jobs.error.js';
export * from './configuration.errors.js';
export * from './job.errors.js';
export * from './request-refused.error.js';
export * from './to-problem.js';
