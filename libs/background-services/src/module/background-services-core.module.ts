import { type DynamicModule, Global, Module, type Provider } from '@nestjs/common';
import { BootChecks } from './boot-checks.js';
import { moduleIsThere, takeOverPending } from '../discovery/index.js';
import { describeError } from '../errors/index.js';
import { BackgroundEvents } from '../events/index.js';
import { BackgroundExtensions } from '../extensions/index.js';
import { BackgroundHealthIndicator, ReadinessCheck } from '../health/index.js';
import { healthParts } from './health.providers.js';
import { checkedBoardOf } from './checked-board-of.js';
import { fleetProviders } from './fleet.providers.js';
import { FleetAgent, FleetControl, FleetStatus } from '../fleet/index.js';
import { LEASE_STORE, leaseStoreProvider, ownsStore } from './lease-store.provider.js';
import { openKeeper } from './open-keeper.js';
import { CheckedLeaseStore, type LeaseStore } from '../lease/index.js';
import { Elections, StoreWatch } from '../leadership/index.js';
import { Placement } from '../placement/index.js';
import { BackgroundServiceManager, Campaigns, Replica } from '../manager/index.js';
import {
  asyncOptionsProviders,
  optionsProviders,
  readAsyncOptions,
  RESOLVED_OPTIONS,
} from './module-definition.js';
import type { BackgroundServicesAsyncOptions, BackgroundServicesOptions } from '../options/options.js';
import type { ResolvedOptions } from '../options/resolve-options.js';
import { logSettings, openLog } from './open-log.js';

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
  const health = healthParts();
  return {
    module: BackgroundServicesCoreModule,
    imports: [...imports],
    controllers: [health.controller],
    providers: [
      ...options,
      leaseStoreProvider,
      eventsProvider,
      storeWatchProvider,
      { provide: BackgroundExtensions, useFactory: () => new BackgroundExtensions() },
      campaignsProvider,
      managerProvider,
      replicaProvider,
      ...fleetProviders,
      ...health.providers,
      BootChecks,
    ],
    exports: [
      BackgroundServiceManager,
      Campaigns,
      BackgroundEvents,
      BackgroundExtensions,
      BackgroundHealthIndicator,
      FleetStatus,
      FleetControl,
      FleetAgent,
      ReadinessCheck,
      // For the outer module alone: nobody else has the tokens.
      RESOLVED_OPTIONS,
      LEASE_STORE,
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
        const { message, details } = describeError(error);
        logger.error(`A listener to "${type}" events failed: ${message}`, {}, details);
      },
    });
  },
};

const storeWatchProvider: Provider = {
  provide: StoreWatch,
  inject: [RESOLVED_OPTIONS, LEASE_STORE],
  useFactory: ({ clock, lease }: ResolvedOptions, store: LeaseStore) => {
    const checked = new CheckedLeaseStore(store);
    return new StoreWatch(clock, lease, () => checked.warnings);
  },
};

const campaignsProvider: Provider = {
  provide: Campaigns,
  inject: [RESOLVED_OPTIONS, LEASE_STORE, BackgroundEvents, StoreWatch],
  useFactory: async (
    options: ResolvedOptions,
    store: LeaseStore,
    events: BackgroundEvents,
    storeWatch: StoreWatch,
  ) => {
    // Providers are made before any `onModuleInit`, in which @nestjs/schedule looks for its methods.
    takeOverPending();
    moduleIsThere();
    const { clock, random, instanceId, instrumentation, lease: timing } = options;
    const { drainTimeout } = options.shutdown;
    const logger = openLog(options);
    const keeper = await openKeeper(options, logger).catch(async (error: unknown) => {
      // There will be no app that could be closed: an open connection would keep its process alive.
      if (ownsStore(options)) await store.close();
      throw error;
    });
    const placement = new Placement({
      ...{ clock, random, instanceId, timing, logger },
      // Nobody else is on a board that others do not see.
      members: store.shared ? checkedBoardOf(store, clock)?.members : undefined,
      standard: options.placement,
      capacity: options.capacity,
      version: options.fleet.version,
    });
    return new Campaigns({
      placement,
      instanceId,
      store,
      ownsStore: ownsStore(options),
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
        events,
        storeWatch,
        instrumentation,
        keeper,
        placement,
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

const managerProvider: Provider = {
  provide: BackgroundServiceManager,
  inject: [Campaigns],
  useFactory: (campaigns: Campaigns) => new BackgroundServiceManager(campaigns),
};

const replicaProvider: Provider = {
  provide: Replica,
  inject: [Campaigns],
  useFactory: (campaigns: Campaigns) => new Replica(campaigns),
};
