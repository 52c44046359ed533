export { BackgroundDashboardModule } from './background-dashboard.module.js';
export type {
  BackgroundDashboardOptions,
  BackgroundDashboardOptionsFactory,
  DashboardGuard,
  DashboardGuards,
} from './options.js';

// What the API takes and gives
export type { AccessBody, PulseBody, WorkerBody } from './api/bodies.js';
export type { FailedItems, JobsSummary, JobSummary } from './jobs/index.js';
export type { OrderBody } from './api/order.js';
export type { Problem } from 'nestjs-background-services/http';

// Errors
export { InvalidDashboardOptionsError, NoJobsError, PageNotBuiltError } from './errors.js';
