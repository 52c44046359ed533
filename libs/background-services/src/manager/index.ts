export * from './background-service-manager.js';
export * from './worker-status.js';
