import { hostname } from 'node:os';
import * as v from 'valibot';
import type { Instrumentation } from '../events/index.js';
import type { HealthOptions } from '../health/index.js';
import {
  type Clock,
  LEASE_STORE_METHODS,
  type LeaseStore,
  type LeaseStoreFactory,
  type Random,
  systemClock,
} from '../lease/index.js';
import type { LeaseTiming } from '../leadership/index.js';
import {
  callback,
  type FieldsOf,
  flag,
  group,
  number,
  oneOf,
  orFalse,
  port,
  text,
  value,
  whole,
} from '../schema/index.js';
import { CIRCUIT_BREAKER_DEFAULTS, type CircuitBreakerOptions } from '../workers/index.js';
import type { BackgroundServicesOptions, FleetOptions, ShutdownOptions } from './options.js';
import { redisTarget } from './redis-target.js';

/** What the TTL of a lease is unless it is given; the other durations of the lease follow from it. */
export const DEFAULT_TTL = 30_000;
export const DEFAULT_JITTER = 0.2;

const lease = group({
  ttl: v.optional(number({ min: 300 }), DEFAULT_TTL),
  renewInterval: v.optional(number({ min: 1 })),
  renewDeadline: v.optional(number({ min: 1 })),
  retryInterval: v.optional(number({ min: 1 })),
  jitter: v.optional(number({ min: 0, max: 1 }), DEFAULT_JITTER),
} satisfies FieldsOf<Partial<LeaseTiming>>);

const { failureThreshold, openDuration, halfOpenMaxIterations } = CIRCUIT_BREAKER_DEFAULTS;

const circuitBreaker = group(
  {
    failureThreshold: v.optional(whole(1), failureThreshold),
    openDuration: v.optional(number({ min: 1 }), openDuration),
    halfOpenMaxIterations: v.optional(whole(1), halfOpenMaxIterations),
    onOpen: v.optional(callback<NonNullable<CircuitBreakerOptions['onOpen']>>()),
    onClose: v.optional(callback<NonNullable<CircuitBreakerOptions['onClose']>>()),
  } satisfies FieldsOf<Partial<CircuitBreakerOptions>>,
  'an object or false',
);

const route = value<string>(
  'a route path, e.g. "health/background"',
  (path) => typeof path === 'string' && path.replaceAll('/', '') !== '',
);

/** Of the probes; `false` leaves the indicator with these. */
export const HEALTH = group(
  {
    controller: v.optional(flag, true),
    path: v.optional(route, 'health/background'),
    livePath: v.optional(route, 'health/live'),
    readyPath: v.optional(route, 'health/ready'),
    maxErrorRate: v.optional(number({ min: 0, max: 1 }), 0.05),
    failOnDegraded: v.optional(flag, true),
    exposeErrors: v.optional(flag, false),
    guard: v.optional(
      value<NonNullable<HealthOptions['guard']>>('a guard class or an object with canActivate()', isGuard),
    ),
    detailLimit: v.optional(whole(0), 100),
    readyRequiresStore: v.optional(flag, false),
    decorators: v.optional(
      value<readonly MethodDecorator[]>(
        'an array of method decorators, e.g. [SkipThrottle()]',
        (given) => Array.isArray(given) && given.every((each) => typeof each === 'function'),
      ),
      [],
    ),
  } satisfies FieldsOf<Partial<HealthOptions>>,
  'an object or false',
);

const factory = value<LeaseStoreFactory>(
  'a store or a factory of one, and no class: write store: new MyStore(…), or store: (context) => new MyStore(…)',
  (given) => !isStoreClass(given),
);

const store = v.lazy<v.GenericSchema<LeaseStore | LeaseStoreFactory>>((given) =>
  typeof given === 'function' ? factory : port<LeaseStore>(...LEASE_STORE_METHODS),
);

/** Cannot be called. One that was compiled to ES5 can, but not as a factory. */
function isStoreClass(given: unknown): boolean {
  const { prototype } = given as { readonly prototype?: Partial<Record<string, unknown>> };
  return (
    /^class\b/.test(Function.prototype.toString.call(given)) || typeof prototype?.['acquire'] === 'function'
  );
}

/** Every option, what it has to be, and what it is if it is not given. What crosses fields is in cross-checks.ts. */
export const OPTIONS = group({
  redis: v.optional(redisTarget),
  waitReplicas: v.optional(whole(0), 0),
  store: v.optional(store),
  requireSharedStore: v.optional(flag, false),
  instanceId: v.optional(
    text(/^[\x21-\x7e]{1,200}$/, '1 to 200 printable ASCII characters without spaces'),
    () => `${hostname()}-${process.pid}`,
  ),
  lease: v.optional(lease, {}),
  heartbeat: v.optional(oneOf('in-process', 'thread'), 'in-process'),
  stallLimit: v.optional(number({ min: 0 })),
  circuitBreaker: v.optional(orFalse(circuitBreaker), {}),
  placement: v.optional(oneOf('balanced', 'sticky'), 'balanced'),
  capacity: v.optional(number({ min: 0.01, max: 1_000 }), 1),
  health: v.optional(orFalse(HEALTH), {}),
  shutdown: v.optional(
    group({ drainTimeout: v.optional(number({ min: 0 }), 5_000) } satisfies FieldsOf<
      Partial<ShutdownOptions>
    >),
    {},
  ),
  fleet: v.optional(
    group({
      version: v.optional(text(/^[\x20-\x7e]{1,100}$/, '1 to 100 printable ASCII characters')),
    } satisfies FieldsOf<FleetOptions>),
    {},
  ),
  logs: v.optional(oneOf('text', 'structured'), 'text'),
  instrumentation: v.optional(port<Instrumentation>('iteration', 'handOver', 'leaseOperation')),
  enabled: v.optional(flag),
  clock: v.optional(port<Clock>('monotonic', 'wall', 'setTimeout'), systemClock),
  random: v.optional(callback<Random>(), () => Math.random),
} satisfies FieldsOf<BackgroundServicesOptions>);

export type CheckedOptions = v.InferOutput<typeof OPTIONS>;

function isGuard(guard: unknown): boolean {
  return (
    typeof guard === 'function' ||
    typeof (guard as { readonly canActivate?: unknown } | null)?.canActivate === 'function'
  );
}
