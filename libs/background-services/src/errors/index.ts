export * from './background-services.error.js';
export * from './configuration.errors.js';
export * from './leadership.errors.js';
export * from './worker.errors.js';
export * from './describe-error.js';
export * from './error-details.js';
export * from './option-problem.js';
export * from './show.js';
