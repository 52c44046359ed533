export * from './background-service-manager.js';
export * from './rehearse.js';
export * from './worker-status.js';
export type { WorkerConfig } from '../discovery/index.js';
