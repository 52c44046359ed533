export { Terminus } from './terminus.js';
export * from './background-health.indicator.js';
export * from './health.controller.js';
export * from './health-options.js';
export * from './verdict.js';
