import type { Registry } from 'prom-client';
import type { BackgroundEvents, CircuitState, Subscription } from '../events/index.js';
import { shared } from '../kit/index.js';
import type { BackgroundServiceManager } from '../manager/index.js';
import { Instruments } from './instruments.js';

const STATES: readonly CircuitState[] = ['closed', 'open', 'half-open', 'forced-open', 'disabled'];
const RESULTS = ['succeeded', 'failed', 'aborted'] as const;

/** What the metrics are about, and where they go. */
export interface MetricsSource {
  /** Where the metrics go: `register` of prom-client, or one of your own. */
  readonly registry: Registry;
  readonly manager: BackgroundServiceManager;
  readonly events: BackgroundEvents;
  /** Goes before each name. @default '' */
  readonly prefix?: string;
}

/** One set of metrics, and the apps of this process whose workers it shows. */
interface Shared {
  readonly instruments: Instruments;
  readonly managers: Set<BackgroundServiceManager>;
}

const sharedOf = shared('metrics', () => new WeakMap<Registry, Map<string, Shared>>());

/**
 * Shows the workers of an app in a registry. Several apps of one process can share a registry: the metrics are made once. Returns what ends
 * it; the metrics stay, with what they have counted.
 */
export function registerMetrics({ registry, manager, events, prefix = '' }: MetricsSource): Subscription {
  const { instruments, managers } = share(registry, prefix);
  managers.add(manager);
  const ends = listen(instruments, events);
  const end = () => {
    managers.delete(manager);
    for (const stop of ends) stop();
  };
  return Object.assign(end, { [Symbol.dispose]: end });
}

function share(registry: Registry, prefix: string): Shared {
  const byPrefix = sharedOf.get(registry) ?? new Map<string, Shared>();
  sharedOf.set(registry, byPrefix);
  const existing = byPrefix.get(prefix);
  if (existing?.instruments.isRegistered) return existing;
  const managers = new Set<BackgroundServiceManager>();
  const instruments: Instruments = new Instruments(registry, prefix, () => refresh(instruments, managers));
  const made = { instruments, managers };
  byPrefix.set(prefix, made);
  return made;
}

/** What happens is counted when it happens. */
function listen(instruments: Instruments, events: BackgroundEvents): readonly Subscription[] {
  return [
    events.on('elected', ({ key }) => instruments.transitions.inc({ key })),
    events.on('lease-error', ({ operation }) => {
      if (operation === 'renew') instruments.renewErrors.inc();
    }),
    events.on('iteration-finished', ({ worker: service, result, duration, lag }) => {
      instruments.iterations.inc({ service, result });
      instruments.duration.observe({ service }, duration / 1_000);
      instruments.lag.set({ service }, lag / 1_000);
    }),
    events.on('misfire', ({ worker: service, missed }) => instruments.missed.inc({ service }, missed)),
    events.on('circuit-breaker-skipped', ({ worker: service }) =>
      instruments.circuitSkipped.inc({ service }),
    ),
  ];
}

/**
 * What is so now is asked when it is scraped. A leader's word goes over that of other apps of the process. Of a worker that is not led here nothing
 * is said that was true when it was: an alert on a former leader's open breaker would never end.
 */
function refresh(instruments: Instruments, managers: ReadonlySet<BackgroundServiceManager>): void {
  const workers = [...managers]
    .flatMap((manager) => manager.list())
    .sort((a, b) => Number(a.role === 'leader') - Number(b.role === 'leader'));
  instruments.leader.reset();
  const led = new Set(workers.flatMap(({ name, role }) => (role === 'leader' ? [name] : [])));
  const lastSuccess = new Map<string, number>();
  for (const { name: service, key, role, circuitBreaker, metrics } of workers) {
    instruments.leader.set({ key }, role === 'leader' ? 1 : 0);
    const isLed = role === 'leader';
    for (const state of STATES)
      instruments.circuit.set({ service, state }, isLed && circuitBreaker.state === state ? 1 : 0);
    if (!led.has(service)) instruments.lag.remove({ service });
    if (metrics.lastSuccessAt) {
      const latest = Math.max(lastSuccess.get(service) ?? 0, Number(metrics.lastSuccessAt) / 1_000);
      lastSuccess.set(service, latest);
      instruments.lastSuccess.set({ service }, latest);
    }
    startAtZero(instruments, service, key);
  }
}

/** A counter that appears with its first event hides that event from `increase()`. */
function startAtZero(instruments: Instruments, service: string, key: string): void {
  instruments.transitions.inc({ key }, 0);
  instruments.missed.inc({ service }, 0);
  instruments.circuitSkipped.inc({ service }, 0);
  for (const result of RESULTS) instruments.iterations.inc({ service, result }, 0);
}
