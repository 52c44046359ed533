export {
  type BackgroundJobsOptions,
  type BackgroundJobsOptionsFactory,
  type JobsHttpOptions,
  MAX_LONG_POLLS,
  MAX_STREAMS,
  type ResolvedOptions,
} from './options.js';
export { resolveOptions } from './resolve-options.js';
