/** Names of the metrics, before a prefix of the app's. */
export const NAMES = {
  submitted: 'background_jobs_submitted_total',
  running: 'background_jobs_running',
  ended: 'background_jobs_ended_total',
  duration: 'background_job_duration_seconds',
  items: 'background_job_items_total',
} as const;
