export { attachService } from './attach-service.js';
export * from './background-service-manager.js';
export type { CurrentTerm } from './campaign.js';
export { Campaigns, type CampaignsObserver } from './campaigns.js';
export { ScheduleRegistryBridge } from './registry/schedule-registry-bridge.js';
export * from './rehearse.js';
export { Replica } from './replica.js';
export * from './worker-status.js';
export type { WorkerConfig } from '../discovery/index.js';
