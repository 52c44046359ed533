import { readRegistration } from '../discovery/index.js';
import { type LeaseTiming, Elections } from '../leadership/index.js';
import { MemoryLeaseStore, systemClock } from '../lease/index.js';
import type { LineLogger } from '../logs/index.js';
import { CIRCUIT_BREAKER_DEFAULTS } from '../workers/index.js';
import { Campaigns } from './campaigns.js';

const NAME = 'rehearsal';
/** Iterations; the last one is still under way when the term ends. */
const RUNS = 3;

const silent: LineLogger = {
  log: () => undefined,
  warn: () => undefined,
  debug: () => undefined,
  error: () => undefined,
};

/**
 * Plays a term from its begin to its end, on a lease in memory that nobody else knows. JavaScript is compiled when it is first run, and a
 * standby runs what leading takes for the first time when the lease falls to it, a leader what leaving takes when it has to leave: a few
 * milliseconds each, in which nobody works. They are spent here, in a quiet moment after the boot.
 */
export async function rehearse(timing: LeaseTiming): Promise<void> {
  const [clock, random] = [systemClock, Math.random];
  const shared = { clock, random, timing, instanceId: NAME, drainTimeout: 1_000, logger: silent };
  const store = new MemoryLeaseStore(clock);
  const campaigns = new Campaigns({
    ...shared,
    store,
    ownsStore: true,
    enabled: true,
    elections: new Elections({ ...shared, store }),
    workers: { ...shared, circuitBreaker: CIRCUIT_BREAKER_DEFAULTS, bootedAt: clock.wall() },
  });
  await new Promise<void>((resolve) => {
    let runs = 0;
    const run = () => {
      if (++runs === RUNS) resolve();
    };
    campaigns.add(readRegistration({ name: NAME, key: NAME, schedule: { every: 1 }, run }));
    campaigns.begin();
  });
  await campaigns.close();
}
