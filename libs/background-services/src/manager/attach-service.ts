import { attachControls, type BackgroundService } from '../workers/index.js';
import type { Campaigns } from './campaigns.js';
import { isRunning, reportOf } from './worker-status.js';

/** Lets a service that was found as a worker of this name steer itself. */
export function attachService(service: BackgroundService, name: string, campaigns: Campaigns): void {
  const own = () => campaigns.worker(name).worker;
  attachControls(service, {
    start: () => campaigns.start(name),
    stop: (timeout = campaigns.drainTimeout) => campaigns.stop(name, timeout),
    isRunning: () => isRunning(own()),
    getMetrics: () => reportOf(own()),
    resetCircuitBreaker: () => own().breaker.reset(),
  });
}
