import type { Provider } from '@nestjs/common';
import { BackgroundEvents } from '../events/index.js';
import { BackgroundExtensions } from '../extensions/index.js';
import { type ControlRecord, EventLoopLag, FleetAgent, FleetControl, FleetStatus } from '../fleet/index.js';
import { checkedBoardOf } from './checked-board-of.js';
import { LEASE_STORE } from './lease-store.provider.js';
import type { LeaseStore } from '../lease/index.js';
import { StoreWatch } from '../leadership/index.js';
import { Replica } from '../manager/index.js';
import { RESOLVED_OPTIONS } from './module-definition.js';
import { openLog } from './open-log.js';
import type { ResolvedOptions } from '../options/resolve-options.js';

const agentProvider: Provider = {
  provide: FleetAgent,
  inject: [RESOLVED_OPTIONS, LEASE_STORE, Replica, BackgroundEvents, BackgroundExtensions, StoreWatch],
  useFactory: (
    options: ResolvedOptions,
    store: LeaseStore,
    replica: Replica,
    events: BackgroundEvents,
    extensions: BackgroundExtensions,
    storeWatch: StoreWatch,
  ) =>
    new FleetAgent({
      board: checkedBoardOf(store, options.clock),
      replica,
      clock: options.clock,
      random: options.random,
      timing: options.lease,
      logger: openLog(options),
      onRecord: tellOf(events),
      lag: new EventLoopLag(),
      version: options.fleet.version,
      ...{ enabled: options.enabled, shared: store.shared },
      extensions,
      storeWatch,
    }),
};

const statusProvider: Provider = {
  provide: FleetStatus,
  inject: [RESOLVED_OPTIONS, LEASE_STORE, Replica, FleetAgent],
  useFactory: (options: ResolvedOptions, store: LeaseStore, replica: Replica, agent: FleetAgent) =>
    new FleetStatus({
      ...{
        board: checkedBoardOf(store, options.clock),
        clock: options.clock,
        instanceId: options.instanceId,
      },
      logger: openLog(options),
      ...{ presence: () => agent.presence(), keys: () => replica.keys() },
      shardsOf: (key) => replica.shardsOf(key),
    }),
};

const controlProvider: Provider = {
  provide: FleetControl,
  inject: [RESOLVED_OPTIONS, LEASE_STORE, FleetStatus, BackgroundEvents],
  useFactory: (
    { clock, instanceId }: ResolvedOptions,
    store: LeaseStore,
    status: FleetStatus,
    events: BackgroundEvents,
  ) =>
    new FleetControl({
      board: checkedBoardOf(store, clock),
      clock,
      instanceId,
      status,
      onRecord: tellOf(events),
    }),
};

function tellOf(events: BackgroundEvents) {
  return ({ action, target, by, why, outcome }: ControlRecord) =>
    events.emit({ type: 'control', action, target, by, why, outcome });
}

/** What makes this replica one of a fleet. */
export const fleetProviders: readonly Provider[] = [agentProvider, statusProvider, controlProvider];
