import { type DynamicModule, Global, Module, type Provider, type Type } from '@nestjs/common';
import { takeOverPending } from './discovery/index.js';
import { describeError } from './errors/index.js';
import { BackgroundEvents } from './events/index.js';
import { BackgroundExtensions } from './extensions/index.js';
import {
  BackgroundHealthIndicator,
  createHealthController,
  HEALTH_GUARD,
  READINESS,
  setHealthPaths,
  Terminus,
} from './health/index.js';
import { fleetProviders } from './fleet.providers.js';
import { FleetAgent, FleetControl, FleetStatus } from './fleet/index.js';
import { LEASE_STORE, leaseStoreProvider } from './lease-store.provider.js';
import { InstrumentedLeaseStore, type LeaseStore, toPortable } from './lease/index.js';
import { Elections, type LeaseKeeper, ThreadKeeper } from './leadership/index.js';
import type { LineLogger } from './logs/index.js';
import { BackgroundServiceManager } from './manager/index.js';
import {
  asyncOptionsProviders,
  optionsProviders,
  readAsyncOptions,
  RESOLVED_OPTIONS,
} from './module-definition.js';
import type {
  BackgroundServicesAsyncOptions,
  BackgroundServicesOptions,
  ResolvedOptions,
} from './options.js';
import { logSettings, openLog } from './open-log.js';
import { AppReadiness } from './readiness.js';

/** The global half: manager and health indicator, to be injected anywhere. Imported through `BackgroundServicesModule` only. */
@Global()
@Module({})
export class BackgroundServicesCoreModule {
  static forRoot(options: BackgroundServicesOptions | undefined): DynamicModule {
    return build(optionsProviders(options), []);
  }

  static forRootAsync(options: BackgroundServicesAsyncOptions): DynamicModule {
    const own = readAsyncOptions(options);
    return build(asyncOptionsProviders(own), own.imports ?? []);
  }
}

function build(options: Provider[], imports: NonNullable<DynamicModule['imports']>): DynamicModule {
  const controller = createHealthController();
  return {
    module: BackgroundServicesCoreModule,
    imports: [...imports],
    controllers: [controller],
    providers: [
      ...options,
      leaseStoreProvider,
      eventsProvider,
      { provide: BackgroundExtensions, useFactory: () => new BackgroundExtensions() },
      managerProvider,
      ...fleetProviders,
      indicatorProvider,
      healthGuardProvider,
      Terminus,
      AppReadiness,
      { provide: READINESS, useExisting: AppReadiness },
      mountProvider(controller),
    ],
    exports: [
      BackgroundServiceManager,
      BackgroundEvents,
      BackgroundExtensions,
      BackgroundHealthIndicator,
      FleetStatus,
      FleetControl,
      FleetAgent,
      AppReadiness,
      // For the outer module alone: nobody else has the token.
      RESOLVED_OPTIONS,
    ],
  };
}

const eventsProvider: Provider = {
  provide: BackgroundEvents,
  inject: [RESOLVED_OPTIONS],
  useFactory: (options: ResolvedOptions) => {
    const logger = openLog(options);
    return new BackgroundEvents({
      instanceId: options.instanceId,
      now: () => options.clock.wall(),
      onListenerError: (type, error) => {
        const { message, stack } = describeError(error);
        logger.error(`A listener to "${type}" events failed: ${message}`, {}, stack);
      },
    });
  },
};

const managerProvider: Provider = {
  provide: BackgroundServiceManager,
  inject: [RESOLVED_OPTIONS, LEASE_STORE, BackgroundEvents],
  useFactory: (options: ResolvedOptions, store: LeaseStore, events: BackgroundEvents) => {
    // Providers are made before any `onModuleInit`, in which @nestjs/schedule looks for its methods.
    takeOverPending();
    const { clock, random, instanceId, instrumentation, lease: timing } = options;
    const { drainTimeout } = options.shutdown;
    const logger = openLog(options);
    return new BackgroundServiceManager({
      instanceId,
      store,
      // The app's own store is the app's to close.
      ownsStore: options.store === undefined,
      drainTimeout,
      logger,
      enabled: options.enabled,
      elections: new Elections({
        instanceId,
        store: instrumentation ? new InstrumentedLeaseStore(store, instrumentation) : store,
        clock,
        random,
        timing,
        drainTimeout,
        logger,
        events,
        instrumentation,
        keeper: createKeeper(options, logger),
      }),
      workers: {
        clock,
        random,
        timing,
        circuitBreaker: options.circuitBreaker,
        events,
        instrumentation,
        logs: logSettings(options),
        bootedAt: clock.wall(),
      },
    });
  },
};

/** Leases in memory need none: nobody else could take them. */
function createKeeper(
  { heartbeat, redis, waitReplicas, enabled, lease: timing, stallLimit, clock }: ResolvedOptions,
  logger: LineLogger,
): LeaseKeeper | undefined {
  if (heartbeat === 'in-process' || redis === undefined || !enabled) return undefined;
  return new ThreadKeeper({ target: toPortable(redis), waitReplicas, timing, stallLimit, clock, logger });
}

const indicatorProvider: Provider = {
  provide: BackgroundHealthIndicator,
  inject: [BackgroundServiceManager, Terminus, FleetStatus, RESOLVED_OPTIONS, BackgroundExtensions],
  useFactory: (
    manager: BackgroundServiceManager,
    terminus: Terminus,
    fleet: FleetStatus,
    { health, clock }: ResolvedOptions,
    extensions: BackgroundExtensions,
  ) => new BackgroundHealthIndicator(manager, terminus, health, () => clock.wall(), fleet, extensions),
};

const healthGuardProvider: Provider = {
  provide: HEALTH_GUARD,
  inject: [RESOLVED_OPTIONS],
  useFactory: ({ health: { guard } }: ResolvedOptions) => guard,
};

/** Writes the configured paths on this app's health controller. */
function mountProvider(controller: Type): Provider {
  return {
    provide: Symbol('nestjs-background-services:mount'),
    inject: [RESOLVED_OPTIONS],
    useFactory: ({ health }: ResolvedOptions) => {
      setHealthPaths(controller, health.controller ? health : undefined);
      return health;
    },
  };
}
