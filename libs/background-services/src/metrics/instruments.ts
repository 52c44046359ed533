import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { NAMES } from './names.js';

/** From milliseconds to minutes: an iteration may be either. Seconds. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/**
 * The metrics of this package in one registry. Labels are workers and lease keys, of which an app has a fixed number; never instance ids or
 * tokens, of which every boot and every term makes new ones: the scraper's `instance` label tells replicas apart.
 */
export class Instruments {
  readonly leader: Gauge<'key'>;
  readonly transitions: Counter<'key'>;
  readonly renewErrors: Counter;
  readonly iterations: Counter<'service' | 'result'>;
  readonly duration: Histogram<'service'>;
  readonly lastSuccess: Gauge<'service'>;
  readonly lag: Gauge<'service'>;
  readonly missed: Counter<'service'>;
  readonly circuit: Gauge<'service' | 'state'>;
  readonly circuitSkipped: Counter<'service'>;

  /** @param refresh called at every scrape, before values are read */
  constructor(
    private readonly registry: Registry,
    private readonly prefix: string,
    refresh: () => void,
  ) {
    const common = (name: keyof typeof NAMES, help: string) => ({
      name: `${prefix}${NAMES[name]}`,
      help,
      registers: [registry],
    });
    const service = ['service'] as const;
    // Registered first, so read first: its refresh is the others', too.
    this.leader = new Gauge({
      ...common('leader', 'Whether this replica leads the lease key (1) or not (0), by its own clocks'),
      labelNames: ['key'],
      collect: refresh,
    });
    this.transitions = new Counter({
      ...common('transitions', 'Terms that began on this replica'),
      labelNames: ['key'],
    });
    this.renewErrors = new Counter(
      common(
        'renewErrors',
        'Renewals that failed or were not answered in time; one for all keys of a round trip',
      ),
    );
    this.iterations = new Counter({
      ...common('iterations', 'Iterations that ended, by their result: succeeded, failed or aborted'),
      labelNames: ['service', 'result'],
    });
    this.duration = new Histogram({
      ...common('duration', 'How long iterations took'),
      labelNames: service,
      buckets: BUCKETS,
    });
    this.lastSuccess = new Gauge({
      ...common('lastSuccess', 'When an iteration last succeeded on this replica, Unix time'),
      labelNames: service,
    });
    this.lag = new Gauge({
      ...common('lag', 'How long after it was due the last iteration began'),
      labelNames: service,
    });
    this.missed = new Counter({
      ...common('missed', 'Cron slots that were given up'),
      labelNames: service,
    });
    this.circuit = new Gauge({
      ...common('circuit', 'Whether the circuit breaker is in the state (1) or not (0)'),
      labelNames: ['service', 'state'],
    });
    this.circuitSkipped = new Counter({
      ...common('circuitSkipped', 'Iterations that the circuit breaker kept back'),
      labelNames: service,
    });
  }

  /** Whether its registry still has it: registries can be cleared. */
  get isRegistered(): boolean {
    return this.registry.getSingleMetric(`${this.prefix}${NAMES.leader}`) === this.leader;
  }
}
