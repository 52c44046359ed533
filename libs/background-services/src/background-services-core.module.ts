import { type DynamicModule, Global, Logger, Module, type Provider, type Type } from '@nestjs/common';
import { HealthIndicatorService, TerminusModule } from '@nestjs/terminus';
import { takeOverPending } from './discovery/index.js';
import {
  BackgroundHealthIndicator,
  createHealthController,
  HEALTH_GUARD,
  READINESS,
  setHealthPaths,
} from './health/index.js';
import { LEASE_STORE, leaseStoreProvider } from './lease-store.provider.js';
import { type LeaseStore, toPortable } from './lease/index.js';
import { Elections, type LeaseKeeper, ThreadKeeper } from './leadership/index.js';
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
    // Its log would repeat the whole health body at every probe that fails, past the app's logger; what is wrong, its worker has logged.
    imports: [...imports, TerminusModule.forRoot({ logger: false })],
    controllers: [controller],
    providers: [
      ...options,
      leaseStoreProvider,
      managerProvider,
      indicatorProvider,
      healthGuardProvider,
      AppReadiness,
      { provide: READINESS, useExisting: AppReadiness },
      mountProvider(controller),
    ],
    exports: [BackgroundServiceManager, BackgroundHealthIndicator, AppReadiness],
  };
}

const managerProvider: Provider = {
  provide: BackgroundServiceManager,
  inject: [RESOLVED_OPTIONS, LEASE_STORE],
  useFactory: (options: ResolvedOptions, store: LeaseStore) => {
    // Providers are made before any `onModuleInit`, in which @nestjs/schedule looks for its methods.
    takeOverPending();
    const { clock, random, instanceId, lease: timing } = options;
    const { drainTimeout } = options.shutdown;
    const logger = new Logger('BackgroundServices');
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
        store,
        clock,
        random,
        timing,
        drainTimeout,
        logger,
        keeper: createKeeper(options, logger),
      }),
      workers: { clock, random, timing, circuitBreaker: options.circuitBreaker, bootedAt: clock.wall() },
    });
  },
};

/** Leases in memory need none: nobody else could take them. */
function createKeeper(
  { heartbeat, redis, waitReplicas, enabled, lease: timing, stallLimit, clock }: ResolvedOptions,
  logger: Logger,
): LeaseKeeper | undefined {
  if (heartbeat === 'in-process' || redis === undefined || !enabled) return undefined;
  return new ThreadKeeper({ target: toPortable(redis), waitReplicas, timing, stallLimit, clock, logger });
}

const indicatorProvider: Provider = {
  provide: BackgroundHealthIndicator,
  inject: [BackgroundServiceManager, HealthIndicatorService, RESOLVED_OPTIONS],
  useFactory: (
    manager: BackgroundServiceManager,
    indicators: HealthIndicatorService,
    { health, clock }: ResolvedOptions,
  ) => new BackgroundHealthIndicator(manager, indicators, health, () => clock.wall()),
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
