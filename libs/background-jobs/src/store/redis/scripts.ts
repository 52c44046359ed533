export * from './item-scripts.js';
export * from './job-scripts.js';
export * from './list-scripts.js';
