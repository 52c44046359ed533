export * from './background-jobs-metrics.module.js';
