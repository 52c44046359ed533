import type { Provider } from '@nestjs/common';
import { BackgroundEvents } from './events/index.js';
import { BackgroundExtensions } from './extensions/index.js';
import { type ControlRecord, EventLoopLag, FleetAgent, FleetControl, FleetStatus } from './fleet/index.js';
import { LEASE_STORE } from './lease-store.provider.js';
import type { LeaseStore } from './lease/index.js';
import { BackgroundServiceManager } from './manager/index.js';
import { RESOLVED_OPTIONS } from './module-definition.js';
import { openLog } from './open-log.js';
import type { ResolvedOptions } from './options.js';

const agentProvider: Provider = {
  provide: FleetAgent,
  inject: [RESOLVED_OPTIONS, LEASE_STORE, BackgroundServiceManager, BackgroundEvents, BackgroundExtensions],
  useFactory: (
    options: ResolvedOptions,
    { board }: LeaseStore,
    manager: BackgroundServiceManager,
    events: BackgroundEvents,
    extensions: BackgroundExtensions,
  ) =>
    new FleetAgent({
      board,
      manager,
      clock: options.clock,
      timing: options.lease,
      logger: openLog(options),
      onRecord: tellOf(events),
      lag: new EventLoopLag(),
      version: options.fleet.version,
      enabled: options.enabled,
      extensions,
    }),
};

const statusProvider: Provider = {
  provide: FleetStatus,
  inject: [RESOLVED_OPTIONS, LEASE_STORE, BackgroundServiceManager, FleetAgent],
  useFactory: (
    { clock, instanceId }: ResolvedOptions,
    { board }: LeaseStore,
    manager: BackgroundServiceManager,
    agent: FleetAgent,
  ) => new FleetStatus({ board, clock, instanceId, card: () => agent.card(), keys: () => manager.keys() }),
};

const controlProvider: Provider = {
  provide: FleetControl,
  inject: [RESOLVED_OPTIONS, LEASE_STORE, FleetStatus, BackgroundEvents],
  useFactory: (
    { clock, instanceId }: ResolvedOptions,
    { board }: LeaseStore,
    status: FleetStatus,
    events: BackgroundEvents,
  ) => new FleetControl({ board, clock, instanceId, status, onRecord: tellOf(events) }),
};

function tellOf(events: BackgroundEvents) {
  return ({ action, target, by, why, outcome }: ControlRecord) =>
    events.emit({ type: 'control', action, target, by, why, outcome });
}

/** What makes this replica one of a fleet. */
export const fleetProviders: readonly Provider[] = [agentProvider, statusProvider, controlProvider];
