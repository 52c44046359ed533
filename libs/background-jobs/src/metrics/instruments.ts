import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { NAMES } from './names.js';

/** Jobs take from a moment to hours. Seconds. */
const BUCKETS = [0.1, 0.5, 1, 5, 10, 30, 60, 300, 600, 1_800, 3_600, 10_800];

/** The metrics of this package in one registry. Labels are types of jobs, of which an app has a fixed number; never ids. */
export class Instruments {
  readonly submitted: Counter<'type'>;
  readonly running: Gauge<'type'>;
  readonly ended: Counter<'type' | 'state'>;
  readonly duration: Histogram<'type'>;
  readonly items: Counter<'type' | 'outcome'>;

  constructor(
    private readonly registry: Registry,
    private readonly prefix: string,
  ) {
    const common = (name: keyof typeof NAMES, help: string) => ({
      name: `${prefix}${NAMES[name]}`,
      help,
      registers: [registry],
    });
    const labelNames = ['type'] as const;
    this.submitted = new Counter({ ...common('submitted', 'Jobs that this replica took on'), labelNames });
    this.running = new Gauge({ ...common('running', 'Jobs that run on this replica'), labelNames });
    this.ended = new Counter({
      ...common(
        'ended',
        'Runs that ended on this replica: completed, failed, cancelled, or interrupted, to go on elsewhere',
      ),
      labelNames: ['type', 'state'],
    });
    this.duration = new Histogram({
      ...common('duration', 'How long jobs took from their first run to their end'),
      labelNames,
      buckets: BUCKETS,
    });
    this.items = new Counter({
      ...common('items', 'Items that were settled on this replica: completed, failed or skipped'),
      labelNames: ['type', 'outcome'],
    });
  }

  /** Whether its registry still has it: registries can be cleared. */
  get isRegistered(): boolean {
    return this.registry.getSingleMetric(`${this.prefix}${NAMES.submitted}`) === this.submitted;
  }
}
