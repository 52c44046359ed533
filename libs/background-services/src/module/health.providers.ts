import type { Provider, Type } from '@nestjs/common';
import { Replies } from 'nestjs-background-http-kit';
import { BackgroundExtensions } from '../extensions/index.js';
import { FleetStatus } from '../fleet/index.js';
import {
  BackgroundHealthIndicator,
  createHealthController,
  FleetGlance,
  HEALTH_GUARD,
  HealthPages,
  mountHealthRoutes,
  ReadinessCheck,
  Terminus,
} from '../health/index.js';
import { LEASE_STORE } from './lease-store.provider.js';
import type { LeaseStore } from '../lease/index.js';
import { StoreWatch } from '../leadership/index.js';
import { BackgroundServiceManager, Replica } from '../manager/index.js';
import { RESOLVED_OPTIONS } from './module-definition.js';
import type { ResolvedOptions } from '../options/resolve-options.js';

/** The fleet is read for health once in this many renewals. */
const RENEWALS_PER_GLANCE = 3;

/** What a module needs to tell of its health: a controller of its own, and what it asks. */
export function healthParts(): { readonly controller: Type; readonly providers: readonly Provider[] } {
  const controller = createHealthController();
  const mountProvider: Provider = {
    provide: Symbol('nestjs-background-services:mount'),
    inject: [RESOLVED_OPTIONS],
    useFactory: ({ health }: ResolvedOptions) =>
      mountHealthRoutes(controller, health.controller ? health : undefined),
  };
  return { controller, providers: [...providers, mountProvider] };
}

const glanceProvider: Provider = {
  provide: FleetGlance,
  inject: [RESOLVED_OPTIONS, FleetStatus, Replica],
  useFactory: ({ clock, lease }: ResolvedOptions, fleet: FleetStatus, replica: Replica) => {
    const interval = RENEWALS_PER_GLANCE * lease.renewInterval;
    const glance = new FleetGlance({ fleet, clock, interval, keys: () => replica.keys().length });
    replica.observe({ beat: () => glance.onBeat() });
    return glance;
  },
};

const indicatorProvider: Provider = {
  provide: BackgroundHealthIndicator,
  inject: [
    BackgroundServiceManager,
    Terminus,
    FleetGlance,
    RESOLVED_OPTIONS,
    BackgroundExtensions,
    LEASE_STORE,
    StoreWatch,
  ],
  useFactory: (
    manager: BackgroundServiceManager,
    terminus: Terminus,
    glance: FleetGlance,
    { health: options, clock }: ResolvedOptions,
    extensions: BackgroundExtensions,
    { name }: LeaseStore,
    watch: StoreWatch,
  ) =>
    new BackgroundHealthIndicator(terminus, {
      manager,
      extensions,
      glance,
      store: { name, watch },
      clock,
      options,
    }),
};

const guardProvider: Provider = {
  provide: HEALTH_GUARD,
  inject: [RESOLVED_OPTIONS],
  useFactory: ({ health: { guard } }: ResolvedOptions) => guard,
};

const readinessProvider: Provider = {
  provide: ReadinessCheck,
  inject: [StoreWatch, BackgroundServiceManager, RESOLVED_OPTIONS],
  useFactory: (watch: StoreWatch, manager: BackgroundServiceManager, { health }: ResolvedOptions) =>
    new ReadinessCheck(watch, manager, health.readyRequiresStore),
};

const providers: readonly Provider[] = [
  Terminus,
  Replies,
  HealthPages,
  glanceProvider,
  indicatorProvider,
  guardProvider,
  readinessProvider,
];
