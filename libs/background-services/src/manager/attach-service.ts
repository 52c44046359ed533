import { attachControls, type BackgroundService } from '../workers/index.js';
import type { Campaigns } from './campaigns.js';
import { reportOfRow } from './sharded-worker.js';
import { isRunning } from './worker-status.js';

/** Lets a service that was found as a worker of this name steer itself. */
export function attachService(service: BackgroundService, name: string, campaigns: Campaigns): void {
  const own = () => campaigns.named(name).map(({ worker }) => worker);
  attachControls(service, {
    start: () => campaigns.start(name),
    stop: (timeout = campaigns.drainTimeout) => campaigns.stop(name, timeout),
    isRunning: () => own().some(isRunning),
    getMetrics: () => reportOfRow(campaigns.row(name)),
    resetCircuitBreaker: () => own().forEach(({ breaker }) => breaker.reset()),
  });
}
