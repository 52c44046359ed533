export type {
  BackgroundDashboardOptions,
  BackgroundDashboardOptionsFactory,
  DashboardGuard,
  DashboardGuards,
  ResolvedOptions,
} from './options.js';
export { resolveOptions } from './resolve-options.js';
