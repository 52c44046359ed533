export * from './item-key.js';
export * from './job-id.js';
export * from './job.js';
export * from './nesting.js';
