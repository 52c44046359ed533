export { BackgroundDashboardModule } from './background-dashboard.module.js';
export type {
  BackgroundDashboardOptions,
  BackgroundDashboardOptionsFactory,
  DashboardGuard,
  DashboardGuards,
} from './options/index.js';

// What the API takes and gives
export type { AccessBody, WorkerBody } from './api/bodies.js';
export type { FailedItems, JobsSummary, JobSummary } from './jobs/index.js';
export type { CommandBody } from './request/read-request.js';
export type { PulseBody } from './stream/frames.js';
export type { Problem } from 'nestjs-background-http-kit';

// Errors
export { InvalidDashboardOptionsError, NoJobsError, PageNotBuiltError } from './errors.js';
