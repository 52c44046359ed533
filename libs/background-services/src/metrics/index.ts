export * from './background-metrics.module.js';
export * from './register-metrics.js';
