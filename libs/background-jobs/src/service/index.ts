export * from './background-jobs.js';
export * from './job-followers.js';
export * from './job-observers.js';
export * from './job-registry.js';
