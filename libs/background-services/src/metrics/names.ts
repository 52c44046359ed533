/** Names of the metrics, before a prefix of the app's. What the dashboard and the alerts in `ops/` look for. */
export const NAMES = {
  leader: 'background_service_leader',
  transitions: 'background_service_leader_transitions_total',
  renewErrors: 'background_service_lease_renew_errors_total',
  iterations: 'background_service_iterations_total',
  duration: 'background_service_iteration_duration_seconds',
  lastSuccess: 'background_service_last_success_timestamp_seconds',
  lag: 'background_service_schedule_lag_seconds',
  missed: 'background_service_missed_runs_total',
  circuit: 'background_service_circuit_breaker_state',
  circuitSkipped: 'background_service_circuit_breaker_skipped_total',
} as const;
