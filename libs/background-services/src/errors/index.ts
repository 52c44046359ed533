export * from './background-services.error.js';
export * from './configuration.errors.js';
export * from './leadership.errors.js';
export * from './worker.errors.js';
export * from './describe-error.js';
export * from './show.js';
