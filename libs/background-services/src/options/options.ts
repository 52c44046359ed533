import type { FactoryProvider, ModuleMetadata, Type } from '@nestjs/common';
import type { Clock, LeaseStore, LeaseStoreFactory, Random, RedisTarget } from '../lease/index.js';
import type { LeaseTiming } from '../leadership/index.js';
import type { HealthOptions } from '../health/index.js';
import type { Instrumentation } from '../events/index.js';
import type { LogStyle } from '../logs/index.js';
import type { CircuitBreakerOptions } from '../workers/index.js';

/** Options of `BackgroundServicesModule`. Durations are in milliseconds. */
export interface BackgroundServicesOptions {
  /**
   * Where leases live: a URL, ioredis options, or a client of the app (it is duplicated, and never closed here). For several masters that
   * know nothing of each other, see `redlockStore` of nestjs-background-redlock.
   * @default none: leases live in this process's memory, and it always leads
   */
  readonly redis?: RedisTarget;
  /**
   * How many replicas of the Redis must have a write of a lease before it counts: a failover then loses it only if all of them are passed
   * over. Costs one more round trip, and leadership while too few replicas answer. For one Redis with replicas (Sentinel), not for Cluster.
   * @default 0
   */
  readonly waitReplicas?: number;
  /**
   * Another place for leases, instead of `redis`: a store, which the module never closes, or a factory such as `redlockStore([…])`, whose store
   * the module closes when the app shuts down.
   */
  readonly store?: LeaseStore | LeaseStoreFactory;
  /**
   * Whether a boot without `redis` and without a shared `store` is an error. Without it, a forgotten REDIS_URL makes every replica lead everything.
   * @default false
   */
  readonly requireSharedStore?: boolean;
  /** Name of this replica in leases, health and logs; a random boot suffix is always added. @default `<hostname>-<pid>` */
  readonly instanceId?: string;
  /** Where only `ttl` is given, the others keep their proportion to it. */
  readonly lease?: Partial<LeaseTiming>;
  /**
   * Where renewals come from when this process's event loop is blocked: nowhere (`'in-process'`), so that a long CPU-bound iteration loses its
   * lease; or a worker thread with a connection of its own (`'thread'`), for about 25 MB. Needs `redis`, or a store factory for threads, as data that a thread can be sent.
   * @default 'in-process'
   */
  readonly heartbeat?: HeartbeatMode;
  /** How long the event loop may be blocked before a heartbeat thread lets its leases expire, ms. @default 5 × lease.ttl */
  readonly stallLimit?: number;
  /** Of every worker that does not override it; `false`: none. */
  readonly circuitBreaker?: Partial<CircuitBreakerOptions> | false;
  /**
   * How the keys are spread over the replicas that say nothing of it themselves: `'balanced'`, so that each replica leads its share, or `'sticky'`,
   * so that a key stays where it is led until that replica leaves.
   * @default 'balanced'
   */
  readonly placement?: 'balanced' | 'sticky';
  /** This replica's share of the balanced keys, compared with that of the others: one with 2 leads twice as many as one with 1. @default 1 */
  readonly capacity?: number;
  /** `false`: no controller; the indicator can still be injected. */
  readonly health?: Partial<HealthOptions> | false;
  readonly shutdown?: Partial<ShutdownOptions>;
  /** What this replica tells the fleet of itself. */
  readonly fleet?: FleetOptions;
  /**
   * How log lines are handed to Nest's logger: as texts, or as objects `{ message, replica, worker, key, token, … }`, whose fields the JSON mode
   * of Nest's `ConsoleLogger` and nestjs-pino write one by one.
   * @default 'text'
   */
  readonly logs?: LogStyle;
  /**
   * What is put around iterations, hand-overs and commands to the lease store: `traceBackgroundServices()` of
   * `nestjs-background-services/tracing` makes spans of OpenTelemetry of them.
   * @default none
   */
  readonly instrumentation?: Instrumentation;
  /**
   * Whether this replica campaigns at all; one that does not still shows its workers. Not given, the environment variable
   * BACKGROUND_SERVICES_ENABLED decides (`true` or `false`), so that commands and consoles of the app can leave the work to its servers.
   * @default true
   */
  readonly enabled?: boolean;
  /** The source of time. For tests. */
  readonly clock?: Clock;
  /** The source of random numbers in [0, 1). For tests. */
  readonly random?: Random;
}

export type HeartbeatMode = 'in-process' | 'thread';

/** How the app shuts down. */
export interface ShutdownOptions {
  /** How long running work may take to end before it is given up and its lease left to expire. @default 5_000 */
  readonly drainTimeout: number;
}

/** What this replica tells the fleet of itself. */
export interface FleetOptions {
  /** Version of the app, to tell replicas of a rolling deployment apart. @default none is shown */
  readonly version?: string;
}

/** For `forRootAsync({ useClass })` and `{ useExisting }`. */
export interface BackgroundServicesOptionsFactory {
  createBackgroundServicesOptions(): BackgroundServicesOptions | Promise<BackgroundServicesOptions>;
}

/** Options of `forRootAsync`: exactly one of `useFactory`, `useClass` and `useExisting`. */
export interface BackgroundServicesAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  readonly useFactory?: (...args: never[]) => BackgroundServicesOptions | Promise<BackgroundServicesOptions>;
  readonly inject?: FactoryProvider['inject'];
  readonly useClass?: Type<BackgroundServicesOptionsFactory>;
  readonly useExisting?: Type<BackgroundServicesOptionsFactory>;
}
